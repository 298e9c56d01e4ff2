/* Owns the ops on files and directories. */
#include "kernel.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "op.h"

int do_chdir(struct run *run, const struct op *op) {
	const char *path = text(run, op, CHDIR_PATH);
	if (!has(op, CHDIR_AT)) return chdir(path);
	int fd = open_at(run, op, CHDIR_AT, path, O_PATH | O_DIRECTORY, 0);
	return fd < 0 ? -1 : closing(fd, fchdir(fd));
}

/* One directory; NOTHING_DONE when there is one already. The mode is exact, whatever the umask. */
static int make_dir(struct run *run, const struct op *op, const char *path, unsigned mode) {
	const char *leaf;
	struct stat found;
	int parent = open_parent(run, op, MKDIR_AT, path, &leaf);
	if (parent < 0) return -1;
	mode_t mask = umask(0);
	int result = mkdirat(parent, leaf, mode), error = errno;
	umask(mask);
	errno = error;
	if (result < 0 && error == EEXIST) { /* a symlink to a directory counts, looked at beneath the root */
		int there = open_at(run, op, MKDIR_AT, path, O_PATH | O_DIRECTORY, 0);
		if (there >= 0 && fstat(there, &found) == 0 && S_ISDIR(found.st_mode)) result = NOTHING_DONE;
		if (there >= 0) close(there);
		errno = EEXIST;
	}
	return closing(parent, result);
}

static int make_with_parents(struct run *run, const struct op *op, const char *path, unsigned mode) {
	int result = make_dir(run, op, path, mode);
	if (result >= 0 || errno != ENOENT || !num(op, MKDIR_PARENTS)) return result;
	char upto[PATH_MAX];
	for (const char *slash = strchr(path + 1, '/'); slash && slash[strspn(slash, "/")]; slash = strchr(slash + 1, '/')) {
		if (slash[-1] == '/' || slash - path >= PATH_MAX) continue;
		memcpy(upto, path, (size_t)(slash - path));
		upto[slash - path] = 0;
		const char *name = strrchr(upto, '/') ? strrchr(upto, '/') + 1 : upto;
		if (!strcmp(name, ".") || !strcmp(name, "..")) continue;
		if (make_dir(run, op, upto, mode) < 0) return -1;
	}
	return make_dir(run, op, path, mode);
}

static void remove_empty(struct run *run, const struct op *op, const char *path) {
	const char *leaf;
	int parent = open_parent(run, op, MKDIR_AT, path, &leaf);
	if (parent >= 0) closing(parent, unlinkat(parent, leaf, AT_REMOVEDIR));
}

size_t all_paths(struct run *run, const struct op *op, int path, int also, char *paths[PATHS_MAX + 1]) {
	if (has(op, also) && op->f[also] >> 32 >= PATHS_MAX) {
		errno = E2BIG;
		return 0;
	}
	paths[0] = (char *)(uintptr_t)text(run, op, path);
	return 1 + text_list(run, op, also, paths + 1, PATHS_MAX);
}

/* Of several all are made, and none was there, or none is left: what they are for is undone by one op for all. */
static int make_all(struct run *run, const struct op *op, char *const *paths, size_t count) {
	unsigned mode = (unsigned)num(op, MKDIR_MODE);
	for (size_t i = 0; i < count; i++) {
		int result = make_dir(run, op, paths[i], mode), error = result == NOTHING_DONE ? EEXIST : errno;
		if (result == 0) continue;
		detail(run, "%s", paths[i]);
		while (i-- > 0) remove_empty(run, op, paths[i]);
		errno = error;
		return -1;
	}
	return 0;
}

int do_mkdir(struct run *run, const struct op *op) {
	char *paths[PATHS_MAX + 1];
	size_t count = all_paths(run, op, MKDIR_PATH, MKDIR_ALSO, paths);
	if (count == 0) return -1;
	return count > 1 ? make_all(run, op, paths, count) : make_with_parents(run, op, paths[0], (unsigned)num(op, MKDIR_MODE));
}

int do_mknod(struct run *run, const struct op *op) {
	const char *leaf;
	struct stat found;
	mode_t mode = (mode_t)num(op, MKNOD_MODE);
	dev_t device = (dev_t)num(op, MKNOD_DEVICE);
	int parent = open_parent(run, op, MKNOD_AT, text(run, op, MKNOD_PATH), &leaf);
	if (parent < 0) return -1;
	mode_t mask = umask(0);
	int result = mknodat(parent, leaf, mode, device), error = errno;
	umask(mask);
	if (result < 0 && fstatat(parent, leaf, &found, AT_SYMLINK_NOFOLLOW) == 0) {
		bool is_device = S_ISCHR(mode) || S_ISBLK(mode), is_regular = !(mode & S_IFMT) || S_ISREG(mode);
		bool is_same = (found.st_mode & S_IFMT) == (is_regular ? S_IFREG : mode & S_IFMT);
		if (is_same && (!is_device || found.st_rdev == device)) result = NOTHING_DONE;
	}
	errno = error;
	return closing(parent, result);
}

int do_symlink(struct run *run, const struct op *op) {
	const char *leaf;
	int parent = open_parent(run, op, SYMLINK_AT, text(run, op, SYMLINK_PATH), &leaf);
	return parent < 0 ? -1 : closing(parent, symlinkat(text(run, op, SYMLINK_TARGET), parent, leaf));
}

int do_unlink(struct run *run, const struct op *op) {
	const char *leaf;
	int parent = open_parent(run, op, UNLINK_AT, text(run, op, UNLINK_PATH), &leaf);
	return parent < 0 ? -1 : closing(parent, unlinkat(parent, leaf, (int)num(op, UNLINK_FLAGS)));
}

int do_rename(struct run *run, const struct op *op) {
	const char *from = text(run, op, RENAME_PATH), *to = text(run, op, RENAME_TO);
	if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, (unsigned)num(op, RENAME_FLAGS)) == 0) return 0;
	detail(run, "%s -> %s", from, to);
	return -1;
}

int do_chown(struct run *run, const struct op *op) {
	uid_t uid = (uid_t)num(op, CHOWN_UID);
	gid_t gid = (gid_t)num(op, CHOWN_GID);
	int fd = open_at(run, op, CHOWN_AT, text(run, op, CHOWN_PATH), O_PATH | O_NOFOLLOW, 0);
	return fd < 0 ? -1 : closing(fd, fchownat(fd, "", uid, gid, AT_EMPTY_PATH));
}

int do_chmod(struct run *run, const struct op *op) {
	struct stat found;
	mode_t mode = (mode_t)num(op, CHMOD_MODE);
	char path[64];
	int fd = open_at(run, op, CHMOD_AT, text(run, op, CHMOD_PATH), O_PATH | O_NOFOLLOW, 0);
	if (fd < 0 || fstat(fd, &found) < 0) return fd < 0 ? -1 : closing(fd, -1);
	if (S_ISLNK(found.st_mode)) {
		errno = EOPNOTSUPP;
		return closing(fd, -1);
	}
	int result = (int)syscall(BERTH_SYS_FCHMODAT2, fd, "", mode, AT_EMPTY_PATH);
	if (result == 0 || errno != ENOSYS) return closing(fd, result);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd); /* before Linux 6.6 */
	return closing(fd, chmod(path, mode));
}

int do_write_file(struct run *run, const struct op *op) {
	size_t size;
	char *paths[PATHS_MAX + 1];
	const void *bytes = data(run, op, WRITE_FILE_DATA, &size);
	unsigned mode = has(op, WRITE_FILE_MODE) ? (unsigned)num(op, WRITE_FILE_MODE) : 0644;
	int flags = open_flags(num(op, WRITE_FILE_FLAGS)) | O_WRONLY;
	size_t count = all_paths(run, op, WRITE_FILE_PATH, WRITE_FILE_ALSO, paths);
	if (count == 0) return -1;
	for (size_t i = 0; i < count; i++) {
		int fd = open_at(run, op, WRITE_FILE_AT, paths[i], flags, mode);
		int result = fd < 0 ? -1 : write_once(fd, bytes, size) < 0 ? closing(fd, -1) : close(fd);
		if (result == 0) continue;
		int error = errno;
		if (count > 1) detail(run, "%s", paths[i]);
		errno = error;
		return -1;
	}
	return 0;
}
