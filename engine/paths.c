/* Owns how a path becomes a descriptor: on the host as it stands, beneath a root slot never outside it. */
#include "kernel.h"
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include "lists.h"
#include "op.h"

/* A rename elsewhere in the tree makes the kernel give up a lookup of `..`: it asks us to try again. */
static int open_beneath(int root, const char *path, uint64_t flags, unsigned mode) {
	struct open_request how = { flags | O_CLOEXEC, flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) ? mode : 0, IN_ROOT };
	int fd = -1;
	for (int attempt = 0; attempt < 64; attempt++)
		if ((fd = sys_openat2(root, path, &how)) >= 0 || errno != EAGAIN) break;
	return fd;
}

int closing(int fd, int result) {
	int error = errno;
	close(fd);
	errno = error;
	return result;
}

/* A plan has the flags of x86_64; two of them have other numbers elsewhere. */
int open_flags(uint64_t given) {
	return (int)(given & ~0600000ull) | (given & 0200000 ? O_DIRECTORY : 0) | (given & 0400000 ? O_NOFOLLOW : 0);
}

/* The modes in a plan are exact: the caller's umask is for what it runs. */
int open_at(struct run *run, const struct op *op, int at_field, const char *path, int flags, unsigned mode) {
	bool is_beneath = has(op, at_field);
	int root = is_beneath ? slot_fd(run, op, at_field) : AT_FDCWD;
	if (root == -1) return -1;
	if (is_beneath && !path[0] && (flags & O_PATH)) return fcntl(root, F_DUPFD_CLOEXEC, 3);
	mode_t mask = flags & O_CREAT ? umask(0) : 0;
	int fd = is_beneath ? open_beneath(root, path[0] ? path : ".", (unsigned)flags, mode) : open(path, flags | O_CLOEXEC, mode);
	if (flags & O_CREAT) {
		int error = errno;
		umask(mask);
		errno = error;
	}
	return fd;
}

/* `..` as the last component would name something outside what was resolved. */
int open_parent(struct run *run, const struct op *op, int at_field, const char *path, const char **leaf) {
	char *copy = lists.path;
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/') length--;
	if (length >= sizeof lists.path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(copy, path, length);
	copy[length] = 0;
	char *slash = strrchr(copy, '/'), *name = slash ? slash + 1 : copy;
	if (!name[0] || !strcmp(name, ".") || !strcmp(name, "..")) {
		errno = EINVAL;
		return -1;
	}
	*leaf = name;
	if (!slash) return open_at(run, op, at_field, ".", O_PATH | O_DIRECTORY, 0);
	if (slash == copy) return open_at(run, op, at_field, "/", O_PATH | O_DIRECTORY, 0);
	*slash = 0;
	return open_at(run, op, at_field, copy, O_PATH | O_DIRECTORY, 0);
}
