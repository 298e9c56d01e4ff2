/* Owns the ops of the mount API, old and new. */
#include "kernel.h"
#include <stdio.h>
#include <string.h>
#include "lists.h"
#include "op.h"

int do_open_tree(struct run *run, const struct op *op) {
	const char *path = text(run, op, OPEN_TREE_PATH);
	unsigned flags = (unsigned)num(op, OPEN_TREE_FLAGS) | O_CLOEXEC;
	int tree;
	if (has(op, OPEN_TREE_AT)) {
		int fd = open_at(run, op, OPEN_TREE_AT, path, O_PATH | (flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0), 0);
		if (fd < 0) return -1;
		tree = closing(fd, sys_open_tree(fd, "", flags | AT_EMPTY_PATH));
	} else tree = sys_open_tree(AT_FDCWD, path, flags);
	return tree < 0 ? -1 : slot_put(run, op, OPEN_TREE_INTO, SLOT_FD, tree);
}

int do_move_mount(struct run *run, const struct op *op) {
	const char *path = text(run, op, MOVE_MOUNT_PATH);
	unsigned flags = (unsigned)num(op, MOVE_MOUNT_FLAGS) | MOVE_FROM_EMPTY;
	int from = slot_fd(run, op, MOVE_MOUNT_TREE);
	if (from < 0) return -1;
	if (!has(op, MOVE_MOUNT_AT)) return sys_move_mount(from, AT_FDCWD, path, flags);
	int to = open_at(run, op, MOVE_MOUNT_AT, path, O_PATH, 0);
	return to < 0 ? -1 : closing(to, sys_move_mount(from, to, "", flags | MOVE_TO_EMPTY));
}

int do_mount_setattr(struct run *run, const struct op *op) {
	const char *path = text(run, op, MOUNT_SETATTR_PATH);
	unsigned flags = (unsigned)num(op, MOUNT_SETATTR_FLAGS);
	struct mount_request request = { num(op, MOUNT_SETATTR_SET), num(op, MOUNT_SETATTR_CLEAR), num(op, MOUNT_SETATTR_PROPAGATION), 0 };
	if (has(op, MOUNT_SETATTR_USERNS)) {
		int userns = slot_fd(run, op, MOUNT_SETATTR_USERNS);
		if (userns < 0) return -1;
		request.set |= IDMAPPED;
		request.userns = (uint64_t)userns;
	}
	if (!has(op, MOUNT_SETATTR_AT)) return (int)syscall(BERTH_SYS_MOUNT_SETATTR, AT_FDCWD, path, flags, &request, sizeof request);
	int fd = open_at(run, op, MOUNT_SETATTR_AT, path, O_PATH, 0);
	if (fd < 0) return -1;
	return closing(fd, (int)syscall(BERTH_SYS_MOUNT_SETATTR, fd, "", flags | AT_EMPTY_PATH, &request, sizeof request));
}

/* The file system's own words about what it did not like, one message per read(2). */
static int explain(struct run *run, int context, const char *type, const char *option) {
	char said[512];
	int error = errno;
	ssize_t got = read(context, said, sizeof said - 1);
	said[got > 0 ? got : 0] = 0;
	char *message = got > 2 && said[1] == ' ' ? said + 2 : said;
	message[strcspn(message, "\n")] = 0;
	detail(run, "%s%s%s%s%s", type, option[0] ? " option " : "", option, message[0] ? ": " : "", message);
	close(context);
	errno = error;
	return -1;
}

static int set_option(int context, const char *option) {
	char key[256];
	size_t length = strcspn(option, "=");
	if (!option[length]) return (int)syscall(BERTH_SYS_FSCONFIG, context, FS_SET_FLAG, option, NULL, 0);
	if (length >= sizeof key) {
		errno = EINVAL;
		return -1;
	}
	memcpy(key, option, length);
	key[length] = 0;
	return (int)syscall(BERTH_SYS_FSCONFIG, context, FS_SET_STRING, key, option + length + 1, 0);
}

int do_fs_mount(struct run *run, const struct op *op) {
	char **options = lists.options;
	const char *type = text(run, op, FS_MOUNT_TYPE);
	size_t count = text_list(run, op, FS_MOUNT_OPTIONS, options, MAX_TEXTS);
	int context = (int)syscall(BERTH_SYS_FSOPEN, type, 1 /* FSOPEN_CLOEXEC */);
	if (context < 0) return -1;
	for (size_t i = 0; i < count; i++)
		if (set_option(context, options[i]) < 0) return explain(run, context, type, options[i]);
	if (syscall(BERTH_SYS_FSCONFIG, context, FS_CREATE, NULL, NULL, 0) < 0) return explain(run, context, type, "");
	int mount = (int)syscall(BERTH_SYS_FSMOUNT, context, 1 /* FSMOUNT_CLOEXEC */, (unsigned)num(op, FS_MOUNT_ATTRIBUTES));
	if (mount < 0) return explain(run, context, type, "");
	close(context);
	return slot_put(run, op, FS_MOUNT_INTO, SLOT_FD, mount);
}

/* umount2(2) takes only a path, and an open descriptor would keep the mount busy: so it is named from its parent. */
int do_umount(struct run *run, const struct op *op) {
	const char *path = text(run, op, UMOUNT_PATH), *leaf;
	int flags = (int)num(op, UMOUNT_FLAGS);
	if (!has(op, UMOUNT_AT)) return (int)syscall(SYS_umount2, path, flags);
	int here = open(".", O_PATH | O_CLOEXEC);
	int parent = open_parent(run, op, UMOUNT_AT, path, &leaf);
	int result = parent < 0 || fchdir(parent) < 0 ? -1 : (int)syscall(SYS_umount2, leaf, flags | NOFOLLOW_UMOUNT);
	int error = errno;
	if (here >= 0) {
		if (fchdir(here) < 0) error = errno;
		close(here);
	}
	if (parent >= 0) close(parent);
	errno = error;
	return result;
}

int do_pivot_root(struct run *run, const struct op *op) {
	int root = slot_fd(run, op, PIVOT_ROOT_ROOT);
	if (root < 0 || fchdir(root) < 0) return -1;
	if (syscall(SYS_pivot_root, ".", ".") < 0) return -1;
	return syscall(SYS_umount2, ".", DETACH) < 0 ? -1 : chdir("/");
}

int do_chroot(struct run *run, const struct op *op) {
	int root = slot_fd(run, op, CHROOT_ROOT);
	if (root < 0 || fchdir(root) < 0 || chroot(".") < 0) return -1;
	return chdir("/");
}
