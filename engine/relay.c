/* Owns the relay op: the caller's terminal and a pty of the container, as long as a process or a connection lives. */
#include "kernel.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "command_answer.h"
#include "frames.h"
#include "held.h"
#include "joint.h"
#include "op.h"
#include "planner.h"
#include "room.h"

/* What a pty holds back when its last user is gone, and then some; a background process may talk on. */
#define LEFT_OVER (1u << 20)
/* Where a program tells sizes. */
#define SIZES 5

struct relay {
	struct joint joint;
	struct held held;
	int pidfd, log, sizes;
	unsigned flags;
	const char *resize; /* a monitor's socket, "": none */
};

static void copy_to_log(void *context, const void *bytes, size_t size) {
	int *log = context;
	if (*log >= 0 && write_fully(*log, bytes, size) < 0) *log = -1; /* a full disk must not end the session */
}

/* With the terminal as it was; what was joined goes on, so nothing is undone. */
static void leave(struct relay *relay) {
	joint_close(&relay->joint);
	_exit(0);
}

/* Ends as the signal would have ended us, but with the terminal as it was. */
static int give_in(struct relay *relay, int number) {
	if (number == SIGTERM && (relay->flags & RELAY_STDIO) != 0) leave(relay);
	joint_close(&relay->joint);
	held_close(&relay->held);
	raise(number);
	errno = EINTR; /* only if the caller's mask holds it back */
	return -1;
}

static int handle_signals(struct relay *relay) {
	struct joint *joint = &relay->joint;
	for (int number; (number = held_next(&relay->held)) != 0;) {
		bool is_ours = number == SIGCONT || number == SIGWINCH;
		if (number == SIGCONT) terminal_raw(&joint->terminal);
		if (is_ours) terminal_size_to(&joint->terminal, joint->master);
		int monitor = is_ours && relay->resize[0] != '\0' ? ask_monitor(relay->resize, COMMAND_TERMINAL_WINCH, 0) : -1;
		if (monitor >= 0) close(monitor);
		if ((relay->flags & RELAY_FORWARD) != 0) syscall(SYS_pidfd_send_signal, relay->pidfd, number == SIGCONT ? SIGWINCH : number, NULL, 0);
		else if (!is_ours) return give_in(relay, number);
	}
	return 0;
}

/* The last of what has come; a program writes four bytes at once. */
static void take_sizes(struct relay *relay) {
	uint32_t told[64];
	ssize_t n = read(relay->sizes, told, sizeof told);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
	if (n < (ssize_t)sizeof *told) relay->sizes = -1;
	else terminal_set_size(relay->joint.master, told[(size_t)n / sizeof *told - 1]);
}

/* What a monitor says unasked is of no interest, but its end is. */
static bool has_ended(int pidfd) {
	char said[64];
	ssize_t n = recv(pidfd, said, sizeof said, MSG_DONTWAIT);
	return n == 0 || (n < 0 && errno != EAGAIN);
}

static int join(struct relay *relay) {
	enum { PIDFD, SIGNALS, SIZES_TOLD, JOINT, POLLS = JOINT + JOINT_POLLS };
	struct joint *joint = &relay->joint;
	struct pollfd set[POLLS] = { [PIDFD] = { .fd = relay->pidfd, .events = POLLIN }, [SIGNALS] = { .fd = relay->held.fd, .events = POLLIN } };
	for (;;) {
		joint_poll(joint, set + JOINT);
		set[SIZES_TOLD] = (struct pollfd){ .fd = relay->sizes, .events = POLLIN };
		if (poll(set, POLLS, -1) < 0) {
			if (errno == EINTR) continue;
			return -1;
		}
		planner_reap();
		if (set[SIGNALS].revents != 0 && handle_signals(relay) < 0) return -1;
		if (set[SIZES_TOLD].revents != 0) take_sizes(relay);
		joint_work(joint, set + JOINT);
		bool has_no_keys = (relay->flags & (RELAY_STDIO | RELAY_PROGRAM)) == RELAY_STDIO && joint->terminal.in < 0 && joint->keys.begin == joint->keys.end;
		if (joint->is_left || has_no_keys) leave(relay);
		if (set[PIDFD].revents != 0 && has_ended(relay->pidfd)) return 0;
	}
}

/* The master may come out of a container: it must be the kernel's ptmx, not what somebody inside made up. */
static int is_master(struct run *run, int fd) {
	struct stat file;
	unsigned number;
	if (fstat(fd, &file) == 0 && S_ISCHR(file.st_mode) && file.st_rdev == makedev(5, 2) && ioctl(fd, TIOCGPTN, &number) == 0) return 1;
	detail(run, "what should be a pty of the container is none");
	errno = ENOTTY;
	return 0;
}

static void open_relay(struct run *run, const struct op *op, struct relay *relay, int master) {
	const int numbers[] = { SIGWINCH, SIGCONT, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGPIPE };
	const char *greeting = text(run, op, RELAY_GREETING);
	sigset_t signals;
	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaddset(&signals, numbers[i]);
	held_open(&relay->held, &signals);
	joint_open(&relay->joint, master);
	relay->joint.copy = copy_to_log;
	relay->joint.context = &relay->log;
	relay->joint.escape = (unsigned char)num(op, RELAY_ESCAPE);
	write_fully(STDERR_FILENO, greeting, strlen(greeting));
	joint_terminal(&relay->joint, (relay->flags & (RELAY_STDIO | RELAY_PROGRAM)) != 0);
	relay->sizes = (relay->flags & RELAY_PROGRAM) != 0 ? SIZES : -1;
	int out = relay->joint.terminal.out; /* nobody else writes into a program's pipe */
	if (relay->sizes >= 0 && out >= 0) fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK);
	raise(SIGWINCH); /* whoever wants to know the size */
}

int do_relay(struct run *run, const struct op *op) {
	static struct relay relay ROOM;
	int master = slot_fd(run, op, RELAY_MASTER);
	relay.pidfd = slot_fd(run, op, RELAY_PIDFD);
	relay.log = has(op, RELAY_LOG) ? slot_fd(run, op, RELAY_LOG) : -1;
	relay.flags = (unsigned)num(op, RELAY_FLAGS);
	relay.resize = text(run, op, RELAY_RESIZE);
	if (relay.pidfd < 0 || master < 0 || !is_master(run, master)) return -1;
	open_relay(run, op, &relay, master);
	/* A program may close its terminal and open it again: meanwhile there must be no hang-up. */
	int peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	int result = join(&relay), error = errno;
	if (peer >= 0) close(peer);
	errno = error;
	if (result < 0) return -1;
	joint_drain(&relay.joint, LEFT_OVER);
	joint_close(&relay.joint);
	held_close(&relay.held);
	return 0;
}
