/* Owns the notifications of seccomp filters (seccomp_unotify(2)): each goes to the container's proxy, in the form that LXC
 * has given it, and the proxy's answer to the kernel. One at a time: the others wait in the kernel. A call whose proxy is not
 * there, goes away, keeps silent or talks nonsense fails with ENOSYS. */
#include "kernel.h"
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include "op.h"
#include "room.h"
#include "seccomp_notify.h"

#define PATIENCE_MS 30000   /* LXC's */
#define SAME_FILES 0x400ull /* CLONE_FILES */
#define USER_NAMESPACE 0x10000000

/* There and back; the cookie follows on the way there only. */
struct packet {
	uint64_t reserved;
	int32_t monitor, init;
	struct seccomp_notif_sizes sizes;
	uint64_t cookie_size;
	struct seccomp_notif call;
	struct seccomp_notif_resp answer;
};
_Static_assert(sizeof(struct packet) == 136, "proxies know this form");

static struct {
	int listeners; /* epoll(7) of all of them; -1: there are none */
	int first;     /* init's */
	int proxy;     /* the connection, -1 */
	int asking;    /* the listener of the call that the proxy has been asked about, -1 */
	int64_t until; /* … and how long it may take */
	socklen_t address_size; /* 0: no proxy is wanted */
	struct sockaddr_un address;
	struct packet packet;
} notify = { .listeners = -1, .first = -1, .proxy = -1, .asking = -1 };
static char sent_cookie[4096] ROOM;

static void hang_up(void) {
	if (notify.proxy >= 0) close(notify.proxy);
	notify.proxy = -1;
}

static int call_proxy(void) {
	hang_up();
	errno = ENOTCONN;
	int fd = notify.address_size == 0 ? -1 : socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) return -1;
	if (connect(fd, (const void *)&notify.address, notify.address_size) < 0) return closing(fd, -1);
	notify.proxy = fd;
	return 0;
}

static int set_address(const char *text) {
	size_t length = strlen(text);
	if (length >= sizeof notify.address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	notify.address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(notify.address.sun_path, text, length);
	notify.address_size = sizeof notify.address;
	return call_proxy();
}

static void answer(int listener, struct seccomp_notif_resp *given) {
	struct seccomp_notif_resp refusal = { .id = notify.packet.call.id, .error = -ENOSYS };
	/* ENOENT: nobody waits any more. Anything else is the proxy's fault, and the call must not hang. */
	if (given == NULL || (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, given) < 0 && errno != ENOENT)) ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &refusal);
	notify.asking = -1;
}

static int send_with(const int fds[3]) {
	union { struct cmsghdr head; char room[CMSG_SPACE(3 * sizeof(int))]; } control = { .head = { .cmsg_len = CMSG_LEN(3 * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec parts[2] = { { &notify.packet, sizeof notify.packet }, { sent_cookie, notify.packet.cookie_size } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = CMSG_LEN(3 * sizeof(int)) };
	memcpy(CMSG_DATA(&control.head), fds, 3 * sizeof(int));
	return notify.proxy >= 0 && sendmsg(notify.proxy, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 ? 0 : -1;
}

/* A user's monitor has the right to it in the container's user namespace only. What a process with our table of descriptors
 * opens there is ours too; it is itself out of the container's reach. */
static int open_inside(const char *path) {
	char own[40];
	const struct clone_request request = { .flags = SAME_FILES };
	snprintf(own, sizeof own, "/proc/%d/ns/user", (int)notify.packet.init);
	int space = open(own, O_RDONLY | O_CLOEXEC), result = space < 0 ? -1 : open("/dev/null", O_RDONLY | O_CLOEXEC), status = -1; /* its number */
	pid_t pid = result < 0 ? -1 : sys_clone3(&request);
	if (pid == 0) {
		prctl(PR_SET_DUMPABLE, 0);
		int memory = syscall(SYS_setns, space, USER_NAMESPACE) < 0 ? -1 : open(path, O_RDWR | O_CLOEXEC), is_put = memory >= 0 && dup3(memory, result, O_CLOEXEC) >= 0;
		if (memory >= 0) close(memory);
		_exit(is_put ? 0 : 1);
	}
	while (pid > 0 && waitpid(pid, &status, __WALL) < 0 && errno == EINTR) {}
	if (space >= 0) close(space);
	if (status == 0) return result;
	if (result >= 0) close(result);
	return -1;
}

/* The caller's directory in /proc, its memory, where the arguments are, and the listener, which says whether it still waits. */
static int pass_on(int listener) {
	char path[40];
	snprintf(path, sizeof path, "/proc/%u", notify.packet.call.pid);
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof path, "/proc/%u/mem", notify.packet.call.pid);
	int memory = open(path, O_RDWR | O_CLOEXEC), result = -1;
	if (memory < 0 && errno == EACCES) memory = open_inside(path);
	uint64_t id = notify.packet.call.id;
	/* Still the caller's number, and no other process'? */
	if (directory >= 0 && memory >= 0 && ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0) {
		int fds[3] = { directory, memory, listener };
		result = send_with(fds);
		if (result < 0 && call_proxy() == 0) result = send_with(fds);
	}
	if (directory >= 0) close(directory);
	if (memory >= 0) close(memory);
	return result;
}

static void ask(int listener) {
	memset(&notify.packet.call, 0, sizeof notify.packet.call);
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notify.packet.call) < 0) return; /* it has died of something else */
	notify.packet.answer = (struct seccomp_notif_resp){ .id = notify.packet.call.id };
	notify.asking = listener;
	notify.until = now_ms() + PATIENCE_MS;
	if (pass_on(listener) < 0) answer(listener, NULL);
}

/* After nonsense the connection is given up: what comes next on it might be taken for the answer to another call. */
static void hear_proxy(void) {
	struct packet heard;
	ssize_t size = recv(notify.proxy, &heard, sizeof heard, MSG_DONTWAIT | MSG_TRUNC);
	if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
	bool is_answer = size == (ssize_t)sizeof heard && heard.answer.id == notify.packet.call.id;
	if (!is_answer) hang_up();
	answer(notify.asking, is_answer ? &heard.answer : NULL);
}

static void hear_listeners(void) {
	struct epoll_event event;
	if (epoll_wait(notify.listeners, &event, 1, 0) != 1) return;
	if ((event.events & EPOLLIN) != 0) {
		ask(event.data.fd);
		return;
	}
	/* Nobody runs under that filter any more. A proxy that still has the listener would keep it in epoll's set. */
	epoll_ctl(notify.listeners, EPOLL_CTL_DEL, event.data.fd, NULL);
	if (event.data.fd == notify.first) notify.first = -1;
	close(event.data.fd);
}

int notify_listener(void) { return notify.first; }

int notify_add(int listener) {
	uint64_t none = 0;
	struct epoll_event event = { .events = EPOLLIN, .data.fd = listener };
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &none) < 0 && errno != ENOENT) {
		errno = EINVAL;
		return -1;
	}
	if (notify.listeners < 0) notify.listeners = epoll_create1(EPOLL_CLOEXEC);
	return notify.listeners < 0 ? -1 : epoll_ctl(notify.listeners, EPOLL_CTL_ADD, listener, &event);
}

struct pollfd notify_poll(void) { return (struct pollfd){ .fd = notify.asking >= 0 ? notify.proxy : notify.listeners, .events = POLLIN }; }

int notify_timeout(void) {
	int64_t left = notify.until - now_ms();
	return notify.asking < 0 ? -1 : left > 0 ? (int)left : 0;
}

void notify_work(const struct pollfd *polled) {
	if (notify.asking < 0 && polled->revents != 0) hear_listeners();
	else if (notify.asking >= 0 && polled->revents != 0) hear_proxy();
	else if (notify.asking >= 0 && notify_timeout() == 0) {
		hang_up();
		answer(notify.asking, NULL);
	}
}

void notify_until(int fd) {
	struct pollfd set[2] = { { .fd = fd, .events = POLLIN } };
	while (notify.listeners >= 0 && set[0].revents == 0) {
		set[1] = notify_poll();
		if (poll(set, 2, notify_timeout()) < 0 && errno != EINTR) return;
		notify_work(&set[1]);
	}
}

int do_seccomp_notify(struct run *run, const struct op *op) {
	const char *cookie = text(run, op, SECCOMP_NOTIFY_COOKIE);
	int listener = slot_fd(run, op, SECCOMP_NOTIFY_LISTENER), own = listener < 0 ? -1 : fcntl(listener, F_DUPFD_CLOEXEC, 3);
	if (own < 0) return -1;
	size_t size = strlen(cookie);
	if (size > sizeof sent_cookie) {
		errno = E2BIG;
		return closing(own, -1);
	}
	memcpy(sent_cookie, cookie, size);
	notify.packet = (struct packet){ .monitor = getpid(), .init = (int32_t)slot_value(run, op, SECCOMP_NOTIFY_INIT), .cookie_size = size,
		.sizes = { sizeof(struct seccomp_notif), sizeof(struct seccomp_notif_resp), sizeof(struct seccomp_data) } };
	notify.address_size = 0;
	if ((has(op, SECCOMP_NOTIFY_PROXY) && set_address(text(run, op, SECCOMP_NOTIFY_PROXY)) < 0) || notify_add(own) < 0) return closing(own, -1);
	notify.first = own;
	return 0;
}
