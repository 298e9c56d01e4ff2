/* Owns how copyTree gives a copy its owner, attributes (access lists and capabilities are some), mode and times; no call for what
 * is so already. */
#include "kernel.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include "copy.h"

/* What is opened is asked by its descriptor, the rest by a name that no link is followed in. */
struct end { int fd; const char *path; };

static ssize_t names_of(struct end end, char *names, size_t size) { return end.path ? llistxattr(end.path, names, size) : flistxattr(end.fd, names, size); }
static ssize_t value_of(struct end end, const char *name, void *value, size_t size) { return end.path ? lgetxattr(end.path, name, value, size) : fgetxattr(end.fd, name, value, size); }
static int set_value(struct end end, const char *name, const void *value, size_t size) { return end.path ? lsetxattr(end.path, name, value, size, 0) : fsetxattr(end.fd, name, value, size, 0); }

/* Labels of this host's policy, or signatures, that only the kernel gives; capabilities that count in another user namespace only;
 * a file system that knows no such attributes. */
static bool is_passed_over(const char *name, int error) {
	if (error == EOPNOTSUPP || error == EOVERFLOW) return true;
	return !strncmp(name, "security.", 9) && strcmp(name, "security.capability") && (error == EPERM || error == EACCES || error == EINVAL);
}

/* Some file systems keep them in one block, and say that this is full. */
static int not_set(const struct worker *worker) {
	struct statvfs fs;
	int error = errno;
	if (error == ENOSPC && fstatvfs(worker->copy->to, &fs) == 0 && fs.f_bavail > 0) error = E2BIG;
	errno = error;
	return -1;
}

static int copy_attributes(struct worker *worker, struct end from, struct end to) {
	ssize_t size = names_of(from, worker->names, sizeof worker->names);
	if (size <= 0) return size == 0 || errno == EOPNOTSUPP ? 0 : -1;
	for (const char *name = worker->names; name < worker->names + size; name += strlen(name) + 1) {
		ssize_t length = value_of(from, name, worker->value, sizeof worker->value);
		if (length < 0 && (errno == ENODATA || is_passed_over(name, errno))) continue;
		if (length < 0) return -1;
		if (set_value(to, name, worker->value, (size_t)length) < 0 && !is_passed_over(name, errno)) return not_set(worker);
	}
	return 0;
}

/* Whoever is of another class until the owner is right has no more than all others will have. */
mode_t mode_at_first(const struct worker *worker, const struct folder *folder, const struct stat *is) {
	if (folder->is_ours && is->st_uid == worker->copy->uid && is->st_gid == worker->copy->gid) return is->st_mode & 0777;
	unsigned all = is->st_mode & (is->st_mode >> 3) & 07;
	return (is->st_mode & 0700) | all << 3 | all;
}

static bool is_owned(const struct stat *is, const struct made *made) { return is->st_uid == made->uid && is->st_gid == made->gid; }

/* A change of owner takes capabilities and special bits away, so it comes first. */
int copy_marks(struct worker *worker, int from, int to, const struct stat *is, const struct made *made) {
	if (!is_owned(is, made) && fchown(to, is->st_uid, is->st_gid) < 0) return -1;
	if (copy_attributes(worker, (struct end){ .fd = from }, (struct end){ .fd = to }) < 0) return -1;
	if ((is->st_mode & 07777) != made->mode && fchmod(to, is->st_mode & 07777) < 0) return -1;
	return futimens(to, (struct timespec[]){ is->st_atim, is->st_mtim });
}

static int by_name(struct worker *worker, const struct folder *folder, const char *name, const struct stat *is, const struct made *made) {
	char from[NAME_MAX + 64], to[NAME_MAX + 64];
	snprintf(from, sizeof from, "/proc/self/fd/%d/%s", folder->from, name);
	snprintf(to, sizeof to, "/proc/self/fd/%d/%s", folder->to, name);
	if (!(folder->is_ours && is_owned(is, made)) && fchownat(folder->to, name, is->st_uid, is->st_gid, AT_SYMLINK_NOFOLLOW) < 0) return -1;
	if (copy_attributes(worker, (struct end){ .path = from }, (struct end){ .path = to }) < 0) return -1;
	if ((is->st_mode & 07777) != made->mode && fchmodat(folder->to, name, is->st_mode & 07777, 0) < 0) return -1;
	return utimensat(folder->to, name, (struct timespec[]){ is->st_atim, is->st_mtim }, AT_SYMLINK_NOFOLLOW);
}

int copy_marks_by_name(struct worker *worker, const struct folder *folder, const char *name, const struct stat *is, const struct made *made) {
	return by_name(worker, folder, name, is, made) == 0 ? 0 : copy_failed(worker->copy, "copying", folder->path, name);
}
