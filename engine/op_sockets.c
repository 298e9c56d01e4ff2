/* Owns the ops on abstract sockets: listen, askMonitor. */
#include "kernel.h"
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include "command_answer.h"
#include "op.h"

/* bind(2) or connect(2) of a new socket to a name: a NUL before it, none behind. */
static int named_socket(const char *name, int (*use)(int, const struct sockaddr *, socklen_t)) {
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(name);
	if (length + 1 > sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path + 1, name, length);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) return -1;
	return use(fd, (const void *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) == 0 ? fd : closing(fd, -1);
}

int do_listen(struct run *run, const struct op *op) {
	int fd = named_socket(text(run, op, LISTEN_ADDRESS), bind);
	if (fd < 0 || listen(fd, 64) == 0) return fd < 0 ? -1 : slot_put(run, op, LISTEN_INTO, SLOT_FD, fd);
	return closing(fd, -1);
}

/* LXC's monitor wants the sender's credentials, and asks the kernel to add them when it has accepted already: a request that comes
 * in between has none, unless we say them, and is refused. */
int ask_monitor(const char *name, int kind, uint64_t value) {
	struct command_request request = { .kind = kind, .value = value };
	const struct ucred own = { .pid = getpid(), .uid = getuid(), .gid = getgid() };
	union { struct cmsghdr head; char room[CMSG_SPACE(sizeof own)]; } control = { .head = { .cmsg_len = CMSG_LEN(sizeof own), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_CREDENTIALS } };
	struct iovec part = { &request, sizeof request };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_LEN(sizeof own) };
	memcpy(CMSG_DATA(&control.head), &own, sizeof own);
	int fd = named_socket(name, connect);
	if (fd < 0 || sendmsg(fd, &message, MSG_NOSIGNAL) == (ssize_t)sizeof request) return fd;
	return closing(fd, -1);
}

int do_ask_monitor(struct run *run, const struct op *op) {
	struct command_reply reply = { 0 };
	uint64_t most = num(op, ASK_MONITOR_TIMEOUT);
	struct timeval limit = { .tv_sec = (time_t)(most / 1000), .tv_usec = (suseconds_t)(most % 1000 * 1000) }; /* 0: none */
	bool is_fd_wanted = has(op, ASK_MONITOR_FD);
	int connection = ask_monitor(text(run, op, ASK_MONITOR_ADDRESS), (int)num(op, ASK_MONITOR_KIND), num(op, ASK_MONITOR_VALUE)), fd = -1;
	int given = has(op, ASK_MONITOR_GIVE) ? slot_fd(run, op, ASK_MONITOR_GIVE) : -1;
	if (connection < 0) return -1;
	if (has(op, ASK_MONITOR_GIVE) && (given < 0 || say_bytes(connection, "", 1, given) < 0)) return closing(connection, -1);
	setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	ssize_t got = hear_bytes(connection, &reply, sizeof reply, &fd);
	if (got != (ssize_t)sizeof reply || reply.result < 0 || (fd >= 0) != is_fd_wanted) {
		if (fd >= 0) close(fd);
		if (got >= 0) errno = got == (ssize_t)sizeof reply && reply.result < 0 ? -reply.result : EPROTO;
		return closing(connection, -1);
	}
	slot_put(run, op, ASK_MONITOR_CONNECTION, SLOT_FD, connection);
	slot_put(run, op, ASK_MONITOR_NUMBER, SLOT_NUMBER, (int64_t)reply.value);
	return is_fd_wanted ? slot_put(run, op, ASK_MONITOR_FD, SLOT_FD, fd) : 0;
}
