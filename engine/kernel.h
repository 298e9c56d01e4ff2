/* Owns what the C library does not wrap and what Debian 12's kernel headers do not know yet. */
#ifndef BERTH_KERNEL_H
#define BERTH_KERNEL_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* These numbers are the same on every architecture (asm-generic, since Linux 5.0). */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#define BERTH_SYS_OPEN_TREE 428
#define BERTH_SYS_MOVE_MOUNT 429
#define BERTH_SYS_FSOPEN 430
#define BERTH_SYS_FSCONFIG 431
#define BERTH_SYS_FSMOUNT 432
#define BERTH_SYS_PIDFD_OPEN 434
#define BERTH_SYS_CLONE3 435
#define BERTH_SYS_OPENAT2 437
#define BERTH_SYS_MOUNT_SETATTR 442
#define BERTH_SYS_FCHMODAT2 452

struct open_request { uint64_t flags, mode, resolve; };             /* struct open_how */
struct clone_request {                                              /* struct clone_args, up to `cgroup` */
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};
struct mount_request { uint64_t set, clear, propagation, userns; }; /* struct mount_attr */

struct statx_answer { uint32_t mask, block_size; uint64_t attributes; char between[0x80]; uint64_t mount_id; char rest[0x68]; }; /* struct statx */
_Static_assert(sizeof(struct statx_answer) == 256, "statx(2) fills 256 bytes");

#define IN_ROOT (0x10u | 0x02u) /* RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS */
#define MOVE_FROM_EMPTY 0x04u   /* MOVE_MOUNT_F_EMPTY_PATH */
#define MOVE_TO_EMPTY 0x40u     /* MOVE_MOUNT_T_EMPTY_PATH */
#define IDMAPPED 0x00100000u    /* MOUNT_ATTR_IDMAP */
#define MOUNT_ID_KNOWN 0x1000u  /* STATX_MNT_ID */
#define IS_MOUNT_ROOT 0x2000u   /* STATX_ATTR_MOUNT_ROOT */
#define DETACH 2                /* MNT_DETACH */
#define NOFOLLOW_UMOUNT 8       /* UMOUNT_NOFOLLOW */

struct directory_entry { uint64_t inode; int64_t next; unsigned short length; unsigned char type; char name[]; }; /* linux_dirent64 */

enum fs_command { FS_SET_FLAG = 0, FS_SET_STRING = 1, FS_CREATE = 6 };

static inline int sys_openat2(int dir, const char *path, const struct open_request *how) {
	return (int)syscall(BERTH_SYS_OPENAT2, dir, path, how, sizeof *how);
}
static inline int sys_statx(int fd, unsigned mask, struct statx_answer *out) {
	return (int)syscall(SYS_statx, fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, mask, out);
}
static inline pid_t sys_clone3(const struct clone_request *args) { return (pid_t)syscall(BERTH_SYS_CLONE3, args, sizeof *args); }
static inline int sys_pidfd_open(pid_t pid) { return (int)syscall(BERTH_SYS_PIDFD_OPEN, pid, 0); }
static inline int sys_open_tree(int dir, const char *path, unsigned flags) { return (int)syscall(BERTH_SYS_OPEN_TREE, dir, path, flags); }
static inline int sys_move_mount(int from, int to, const char *path, unsigned flags) {
	return (int)syscall(BERTH_SYS_MOVE_MOUNT, from, "", to, path, flags);
}
#endif
