/* Owns how copyTree goes through one directory: each name by what it is. What was listed and has gone is a failure: who keeps a
 * copy must know that nothing of it is missing. */
#include "kernel.h"
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "copy.h"

/* Reading leaves no trace where we may ask for that; a lease makes who does not wait come again. */
static int open_source(int folder, const char *name) {
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(folder, name, flags | O_NOATIME);
	if (fd < 0 && errno == EPERM) fd = openat(folder, name, flags);
	if (fd < 0 && errno == EWOULDBLOCK) fd = openat(folder, name, flags & ~O_NONBLOCK);
	return fd;
}

static int add_pending(struct copy *copy, const struct folder *folder, const char *name) {
	struct folder_path *added = joined_path(folder->path, name, sizeof *added);
	if (!added) return copy_failed(copy, "room for", folder->path, name);
	pthread_mutex_lock(&copy->lock);
	added->next = copy->pending;
	copy->pending = added;
	pthread_cond_signal(&copy->changed);
	pthread_mutex_unlock(&copy->lock);
	return 0;
}

/* A new file system may have one already: lost+found. */
static int make_folder(struct worker *worker, const struct folder *folder, const char *name, const struct stat *is) {
	struct copy *copy = worker->copy;
	if (mkdirat(folder->to, name, mode_at_first(worker, folder, is) | 0700) < 0 && errno != EEXIST) return copy_failed(copy, "making", folder->path, name);
	return add_pending(copy, folder, name);
}

static int make_link(struct worker *worker, const struct folder *folder, const char *name) {
	char target[PATH_MAX];
	ssize_t length = readlinkat(folder->from, name, target, sizeof target - 1);
	if (length < 0) return copy_failed(worker->copy, "reading", folder->path, name);
	target[length] = 0;
	return symlinkat(target, folder->to, name) == 0 ? 0 : copy_failed(worker->copy, "making", folder->path, name);
}

/* A link, a device, a pipe, a socket. */
static int copy_node(struct worker *worker, const struct folder *folder, const char *name, const struct stat *is) {
	struct first_name first = { 0 };
	bool is_link = S_ISLNK(is->st_mode);
	struct made made = { worker->copy->uid, worker->copy->gid, is_link ? is->st_mode & 07777 : mode_at_first(worker, folder, is) };
	int linked = another_name(worker, folder, name, is, &first);
	if (linked != 0) return linked < 0 ? -1 : 0;
	if (is_link && make_link(worker, folder, name) < 0) return -1;
	if (!is_link && mknodat(folder->to, name, (is->st_mode & S_IFMT) | made.mode, is->st_rdev) < 0) return copy_failed(worker->copy, "making", folder->path, name);
	first_made(worker->copy, &first);
	return copy_marks_by_name(worker, folder, name, is, &made);
}

static int copy_opened(struct worker *worker, const struct folder *folder, const char *name, int from, const struct stat *is) {
	struct copy *copy = worker->copy;
	struct first_name first = { 0 };
	struct made made = { copy->uid, copy->gid, mode_at_first(worker, folder, is) };
	int linked = another_name(worker, folder, name, is, &first);
	if (linked != 0) return linked < 0 ? -1 : 0;
	int to = openat(folder->to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, made.mode);
	if (to < 0) return copy_failed(copy, "making", folder->path, name);
	first_made(copy, &first);
	if (!folder->is_ours) made.uid = (uid_t)-1;
	int result = copy_content(worker, from, to, is);
	if (result == 0) result = copy_marks(worker, from, to, is, &made);
	if (result < 0) return closing(to, copy_failed(copy, "copying", folder->path, name));
	return close(to) == 0 ? 0 : copy_failed(copy, "copying", folder->path, name);
}

static int copy_other(struct worker *worker, const struct folder *folder, const char *name);

static int copy_file(struct worker *worker, const struct folder *folder, const char *name) {
	struct stat is;
	int from = open_source(folder->from, name);
	if (from < 0) return errno == ELOOP || errno == ENXIO ? copy_other(worker, folder, name) : copy_failed(worker->copy, "reading", folder->path, name);
	if (fstat(from, &is) < 0) return closing(from, copy_failed(worker->copy, "reading", folder->path, name));
	if (!S_ISREG(is.st_mode)) return closing(from, copy_other(worker, folder, name));
	return closing(from, copy_opened(worker, folder, name, from, &is));
}

static int copy_other(struct worker *worker, const struct folder *folder, const char *name) {
	struct stat is;
	if (fstatat(folder->from, name, &is, AT_SYMLINK_NOFOLLOW) < 0) return copy_failed(worker->copy, "reading", folder->path, name);
	return S_ISDIR(is.st_mode) ? make_folder(worker, folder, name, &is) : S_ISREG(is.st_mode) ? copy_file(worker, folder, name) : copy_node(worker, folder, name, &is);
}

static int copy_entries(struct worker *worker, const struct folder *folder) {
	for (;;) {
		long got = syscall(SYS_getdents64, folder->from, worker->entries, sizeof worker->entries);
		if (got == 0) return 0;
		if (got < 0) return copy_failed(worker->copy, "reading", folder->path, NULL);
		for (long at = 0; at < got;) {
			const struct directory_entry *entry = (const void *)(worker->entries + at);
			at += entry->length;
			if (!strcmp(entry->name, ".") || !strcmp(entry->name, "..")) continue;
			if (atomic_load_explicit(&worker->copy->is_over, memory_order_relaxed)) return -1;
			if ((entry->type == DT_REG ? copy_file : copy_other)(worker, folder, entry->name) < 0) return -1;
		}
	}
}

/* Nothing more is made in it then: its own times can be set at once. */
static int copy_opened_folder(struct worker *worker, struct folder *folder) {
	struct copy *copy = worker->copy;
	struct stat is, now;
	if (fstat(folder->from, &is) < 0 || fstat(folder->to, &now) < 0) return copy_failed(copy, "reading", folder->path, NULL);
	if (is.st_dev == copy->target.st_dev && is.st_ino == copy->target.st_ino) {
		errno = EINVAL;
		return copy_failed(copy, "a copy of the tree into itself:", folder->path, NULL);
	}
	struct made made = { now.st_uid, now.st_gid, now.st_mode & 07777 };
	folder->is_ours = now.st_uid == copy->uid && now.st_gid == copy->gid && !(now.st_mode & S_ISGID);
	if (copy_entries(worker, folder) < 0) return -1;
	return copy_marks(worker, folder->from, folder->to, &is, &made) == 0 ? 0 : copy_failed(copy, "copying", folder->path, NULL);
}

int copy_folder(struct worker *worker, const char *path) {
	struct copy *copy = worker->copy;
	struct folder folder = { .path = path };
	folder.from = open_folder(copy->from, path, O_RDONLY | O_NOATIME);
	if (folder.from < 0 && errno == EPERM) folder.from = open_folder(copy->from, path, O_RDONLY);
	if (folder.from < 0) return copy_failed(copy, "reading", path, NULL);
	folder.to = open_folder(copy->to, path, O_RDONLY);
	if (folder.to < 0) return closing(folder.from, copy_failed(copy, "making", path, NULL));
	int result = copy_opened_folder(worker, &folder);
	close(folder.to);
	return closing(folder.from, result);
}
