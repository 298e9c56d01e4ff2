/* Owns the ops on processes: clone and what passes between a process and its child, namespaces, signals. */
#include "kernel.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "op.h"
#include "seccomp_notify.h"

/* What clone3 may be asked for: namespaces, CLONE_PARENT. Sharing memory with the child would break us. */
#define NAMESPACES (0x80ull | 0x20000ull | 0x2000000ull | 0x4000000ull | 0x8000000ull | 0x10000000ull | 0x20000000ull | 0x40000000ull)
#define CLONE_ALLOWED (NAMESPACES | SAME_PARENT)
#define WITH_PIDFD 0x00001000ull
#define WITH_CGROUP 0x200000000ull
#define SAME_PARENT 0x00008000ull

static _Noreturn void be_child(struct run *run, const struct op *op, int channel) {
	if (run->channel >= 0) close(run->channel);
	for (int i = 0; i < MAX_SLOTS; i++) {
		if (run->slots[i].channel >= 0) close(run->slots[i].channel);
		run->slots[i].channel = -1;
	}
	run->channel = channel;
	static char name[64]; /* outlives the plan, which replan may give back */
	snprintf(name, sizeof name, "%s", text(run, op, CLONE_NAME));
	run->process = name;
	run->done_count = 0;
	run->has_supervised = run->has_let_go = false;
	run->exit_status = -1;
	prctl(PR_SET_NAME, run->process);
	int status = run_list(run, (uint32_t)op->f[CLONE_BODY], (uint32_t)(op->f[CLONE_BODY] >> 32));
	if (status == STATUS_FAILED) say(channel, MESSAGE_FAILED, 0);
	_exit(status);
}

/* Who joins a user namespace below its own never comes back: so a helper does it, and makes the child for this process.
 * What it says is the child's pid here, or minus the errno. */
static pid_t clone_joined(struct run *run, const struct op *op, struct clone_request *request) {
	struct clone_request plain = { .exit_signal = SIGCHLD };
	int answer[2], word = -ECHILD;
	if (pipe2(answer, O_CLOEXEC) < 0) return -1;
	pid_t helper = sys_clone3(&plain);
	if (helper == 0) {
		size_t count;
		const uint32_t *slots = num_list(run, op, CLONE_JOIN, &count);
		pid_t child = 0;
		for (size_t i = 0; i < count && child == 0; i++) child = (pid_t)syscall(SYS_setns, run->slots[slots[i]].kind == SLOT_FD ? (int)run->slots[slots[i]].value : -1, 0);
		request->flags |= SAME_PARENT;
		request->exit_signal = 0;
		if (child == 0) child = sys_clone3(request);
		if (child == 0) return 0;
		word = child < 0 ? -errno : child;
		_exit(write(answer[1], &word, sizeof word) == sizeof word ? 0 : 1);
	}
	int error = errno;
	close(answer[1]);
	if (helper > 0) {
		while (read(answer[0], &word, sizeof word) < 0 && errno == EINTR) {}
		while (waitpid(helper, NULL, 0) < 0 && errno == EINTR) {}
		error = -word;
	}
	close(answer[0]);
	if (helper > 0 && word > 0) return word;
	errno = error;
	return -1;
}

int do_clone(struct run *run, const struct op *op) {
	int ends[2], pidfd = -1, cgroup = -1;
	uint64_t flags = num(op, CLONE_FLAGS);
	if (flags & ~CLONE_ALLOWED) {
		errno = EINVAL;
		return -1;
	}
	if (has(op, CLONE_CGROUP) && (cgroup = slot_fd(run, op, CLONE_CGROUP)) < 0) return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return -1;
	struct clone_request request = { .flags = flags, .exit_signal = flags & SAME_PARENT ? 0 : SIGCHLD };
	bool is_joined = has(op, CLONE_JOIN);
	if (has(op, CLONE_PIDFD) && !is_joined) {
		request.flags |= WITH_PIDFD;
		request.pidfd = (uint64_t)(uintptr_t)&pidfd;
	}
	if (cgroup >= 0) {
		request.flags |= WITH_CGROUP;
		request.cgroup = (uint64_t)cgroup;
	}
	pid_t pid = is_joined ? clone_joined(run, op, &request) : sys_clone3(&request);
	int error = errno;
	if (pid > 0 && is_joined && has(op, CLONE_PIDFD)) pidfd = sys_pidfd_open(pid); /* nobody but us reaps it */
	if (pid == 0) {
		close(ends[0]);
		be_child(run, op, ends[1]);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		errno = error;
		return -1;
	}
	slot_put(run, op, CLONE_PID, SLOT_NUMBER, pid);
	run->slots[op->f[CLONE_PID]].channel = ends[0];
	emit_for(run, EVENT_STARTED, op, pid, text(run, op, CLONE_NAME));
	return has(op, CLONE_PIDFD) ? slot_put(run, op, CLONE_PIDFD, SLOT_FD, pidfd) : 0;
}

/* The channel to the child in a slot, or to the parent when the field is not given. */
static int channel_of(struct run *run, const struct op *op, int field) {
	int channel = has(op, field) ? run->slots[op->f[field]].channel : run->channel;
	if (channel >= 0) return channel;
	detail(run, has(op, field) ? "slot %u names no child" : "there is no parent", (unsigned)op->f[field]);
	errno = EBADF;
	return -1;
}

/* What comes next may remove the child's cgroup: so it should be dead for sure. After `failed` it will be;
 * after a mere end of file it may also live on without a channel. */
static void see_die(struct run *run, const struct op *op, int field, bool has_failed) {
	int fd = sys_pidfd_open((pid_t)run->slots[op->f[field]].value);
	if (fd < 0) return;
	struct pollfd watch = { .fd = fd, .events = POLLIN };
	while (poll(&watch, 1, has_failed ? -1 : 1000) < 0 && errno == EINTR) {}
	close(fd);
}

static int gone(struct run *run, const struct op *op, int field, bool has_failed) {
	if (has(op, field)) see_die(run, op, field, has_failed);
	detail(run, !has(op, field) ? "the parent is gone" : has_failed ? "the child has failed" : "the child is gone");
	errno = EPIPE;
	return -1;
}

struct message { uint32_t kind, number; int fd; };

/* A reset is reported once, ahead of what is queued. */
ssize_t hear_bytes(int socket, void *bytes, size_t size, int *fd) {
	union { struct cmsghdr head; char space[CMSG_SPACE(sizeof(int))]; } control;
	struct iovec part = { bytes, size };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_LEN(sizeof(int)) }; /* the padding would hold a second one */
	ssize_t got;
	do got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
	while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	*fd = -1;
	struct cmsghdr *rights = got <= 0 ? NULL : CMSG_FIRSTHDR(&header);
	if (rights && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS) memcpy(fd, CMSG_DATA(rights), sizeof *fd);
	return got;
}

/* 1, 0 at end of file, -1. */
static int hear(int channel, struct message *out) {
	uint32_t words[2] = { 0, 0 };
	int fd;
	notify_until(channel); /* what the other side does before it speaks may be held up by its filter */
	ssize_t got = hear_bytes(channel, words, sizeof words, &fd);
	if (got <= 0) return (int)got;
	*out = (struct message){ words[0], words[1], fd };
	return 1;
}

static int expect(struct run *run, const struct op *op, int field, struct message *out) {
	int channel = channel_of(run, op, field), result;
	uint32_t wanted = out->kind;
	if (channel < 0) return -1;
	do result = hear(channel, out);
	while (result > 0 && out->kind == MESSAGE_EXECUTING && wanted != MESSAGE_EXECUTING);
	if (result < 0) return -1;
	if (result == 0) return gone(run, op, field, false);
	if (out->kind == MESSAGE_FAILED) return gone(run, op, field, true);
	if (out->kind == wanted) return 0;
	if (out->fd >= 0) close(out->fd);
	detail(run, "heard a message of kind %u, #%u", out->kind, out->number);
	errno = EPROTO;
	return -1;
}

int do_post(struct run *run, const struct op *op) {
	int channel = channel_of(run, op, POST_TO);
	if (channel < 0) return -1;
	if (say(channel, MESSAGE_BARRIER, (uint32_t)num(op, POST_NUMBER)) == 0) return 0;
	return errno == EPIPE ? gone(run, op, POST_TO, false) : -1;
}

/* Until there is something to read, or the milliseconds of that field are over. */
static int await_readable(int fd, const struct op *op, int field) {
	struct pollfd watch = { .fd = fd, .events = POLLIN };
	bool is_limited = has(op, field) && num(op, field) < INT32_MAX;
	int64_t end = is_limited ? now_ms() + (int64_t)num(op, field) : 0;
	for (;;) {
		int64_t left = is_limited ? end - now_ms() : -1;
		int ready = poll(&watch, 1, is_limited && left < 0 ? 0 : (int)left);
		if (ready > 0) return 0;
		if (ready < 0 && errno != EINTR) return -1;
		if (ready < 0) continue;
		errno = ETIMEDOUT;
		return -1;
	}
}

int do_await(struct run *run, const struct op *op) {
	struct message message = { .kind = MESSAGE_BARRIER };
	int channel = channel_of(run, op, AWAIT_CHILD);
	if (channel < 0 || (has(op, AWAIT_TIMEOUT) && await_readable(channel, op, AWAIT_TIMEOUT) < 0)) return -1;
	if (expect(run, op, AWAIT_CHILD, &message) < 0) return -1;
	if (message.fd >= 0) close(message.fd);
	if (message.number == num(op, AWAIT_NUMBER)) return 0;
	detail(run, "heard #%u", message.number);
	errno = EPROTO;
	return -1;
}

ssize_t say_bytes(int socket, const void *bytes, size_t size, int fd) {
	union { struct cmsghdr head; char space[CMSG_SPACE(sizeof(int))]; } control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec part = { (void *)(uintptr_t)bytes, size };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
	ssize_t done;
	do done = sendmsg(socket, &header, MSG_NOSIGNAL);
	while (done < 0 && errno == EINTR);
	return done;
}

int do_send_fd(struct run *run, const struct op *op) {
	uint32_t words[2] = { MESSAGE_DESCRIPTOR, 0 };
	int fd = slot_fd(run, op, SEND_FD_SLOT), channel = channel_of(run, op, SEND_FD_TO);
	if (fd < 0 || channel < 0) return -1;
	if (say_bytes(channel, words, sizeof words, fd) >= 0) return 0;
	return errno == EPIPE || errno == ECONNRESET ? gone(run, op, SEND_FD_TO, false) : -1;
}

int do_recv_fd(struct run *run, const struct op *op) {
	struct message message = { .kind = MESSAGE_DESCRIPTOR };
	if (expect(run, op, RECV_FD_CHILD, &message) < 0) return -1;
	if (message.fd >= 0) return slot_put(run, op, RECV_FD_INTO, SLOT_FD, message.fd);
	errno = EPROTO;
	return -1;
}

/* The child's end is closed on exec; whether that was the exec or its death, the message before tells. */
int do_wait_exec(struct run *run, const struct op *op) {
	struct message message = { .kind = MESSAGE_EXECUTING };
	if (expect(run, op, WAIT_EXEC_CHILD, &message) < 0) return -1;
	int result = hear(run->slots[op->f[WAIT_EXEC_CHILD]].channel, &message);
	if (result <= 0) return result;
	if (message.kind == MESSAGE_FAILED) return gone(run, op, WAIT_EXEC_CHILD, true);
	if (message.fd >= 0) close(message.fd);
	errno = EPROTO;
	return -1;
}

int do_wait_exit(struct run *run, const struct op *op) {
	int fd = slot_fd(run, op, WAIT_EXIT_PIDFD);
	if (fd < 0 || await_readable(fd, op, WAIT_EXIT_TIMEOUT) < 0) return -1;
	siginfo_t end;
	if (num(op, WAIT_EXIT_REAP)) waitid(P_PIDFD, (id_t)fd, &end, WEXITED | WNOHANG);
	return 0;
}

int do_exit_with(struct run *run, const struct op *op) {
	if (!has(op, EXIT_WITH_CHILD)) {
		run->exit_status = (int)(num(op, EXIT_WITH_STATUS) & 0xff);
		return 0;
	}
	int status;
	pid_t pid = (pid_t)slot_value(run, op, EXIT_WITH_CHILD), ended;
	if (pid <= 0) { /* waitpid(2) would take any child */
		errno = ESRCH;
		return -1;
	}
	do ended = waitpid(pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (ended < 0 && errno == ECHILD && run->supervised_status >= 0) { /* supervise has waited for it */
		run->exit_status = run->supervised_status;
		return 0;
	}
	if (ended < 0) return -1;
	run->exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	char signal[16] = "";
	if (WIFSIGNALED(status)) snprintf(signal, sizeof signal, "%d", WTERMSIG(status));
	emit_for(run, EVENT_EXITED, op, pid, signal); /* an exit status cannot tell 137 from SIGKILL */
	return 0;
}

int do_setns(struct run *run, const struct op *op) {
	int fd = slot_fd(run, op, SETNS_SLOT);
	return fd < 0 ? -1 : (int)syscall(SYS_setns, fd, (int)num(op, SETNS_FLAGS));
}

int do_unshare(struct run *run, const struct op *op) {
	(void)run;
	return (int)syscall(SYS_unshare, (int)num(op, UNSHARE_FLAGS));
}

int do_getpid(struct run *run, const struct op *op) { return slot_put(run, op, GETPID_INTO, SLOT_NUMBER, getpid()); }

/* What a program that makes processes has written for us; 0: no number. */
static pid_t pid_in(const char *path) {
	char text[16] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) return -1;
	ssize_t size = read(fd, text, sizeof text - 1);
	close(fd);
	return size < 0 ? -1 : (pid_t)strtol(text, NULL, 10);
}

/* Looked at before and after: the number may pass to another process at any time. */
int do_pidfd_open(struct run *run, const struct op *op) {
	pid_t pid = has(op, PIDFD_OPEN_FILE) ? pid_in(text(run, op, PIDFD_OPEN_FILE)) : (pid_t)num(op, PIDFD_OPEN_PID);
	if (pid < 0 || (has(op, PIDFD_OPEN_NUMBER) && slot_put(run, op, PIDFD_OPEN_NUMBER, SLOT_NUMBER, pid) < 0)) return -1;
	uint64_t recorded = num(op, PIDFD_OPEN_START_TIME);
	int fd = -1;
	if (!recorded || start_time(pid) == recorded) {
		fd = sys_pidfd_open(pid);
		if (fd < 0) return -1;
		if (!recorded || start_time(pid) == recorded) return slot_put(run, op, PIDFD_OPEN_INTO, SLOT_FD, fd);
		close(fd);
	}
	detail(run, "process %d is not the one that was recorded", (int)pid);
	errno = ESRCH;
	return -1;
}

int do_kill(struct run *run, const struct op *op) {
	int fd = slot_fd(run, op, KILL_PIDFD);
	return fd < 0 ? -1 : (int)syscall(SYS_pidfd_send_signal, fd, (int)num(op, KILL_SIGNAL), NULL, 0);
}

int do_setsid(struct run *run, const struct op *op) {
	(void)run;
	(void)op;
	return setsid() < 0 ? -1 : 0;
}

/* The parent's end of the channel closes with it; getppid(2) says nothing across a pid namespace. */
int do_join_parent(struct run *run, const struct op *op) {
	if (prctl(PR_SET_PDEATHSIG, (unsigned long)num(op, JOIN_PARENT_SIGNAL)) < 0) return -1;
	struct pollfd watch = { .fd = run->channel, .events = 0 };
	if (run->channel < 0 || poll(&watch, 1, 0) <= 0 || !(watch.revents & (POLLHUP | POLLERR))) return 0;
	errno = ESRCH;
	return -1;
}
