/* Owns the relay op: the caller's terminal and a pty of the container, as long as a process lives. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "frames.h"
#include "held.h"
#include "joint.h"
#include "planner.h"
#include "run.h"

/* What a pty holds back when its last user is gone, and then some; a background process may talk on. */
#define LEFT_OVER (1u << 20)

static void copy_to_log(void *context, const void *bytes, size_t size)
{
	int *log = context;
	if (*log >= 0 && write_fully(*log, bytes, size) < 0) *log = -1; /* a full disk must not end the session */
}

/* Ends as the signal would have ended us, but with the terminal as it was. */
static int give_in(struct joint *joint, struct held *held, int number)
{
	joint_close(joint);
	held_close(held);
	raise(number);
	errno = EINTR; /* only if the caller's mask holds it back */
	return -1;
}

static int handle_signals(struct joint *joint, struct held *held)
{
	for (int number; (number = held_next(held)) != 0;) {
		if (number == SIGCONT) terminal_raw(&joint->terminal);
		else if (number != SIGWINCH) return give_in(joint, held, number);
		terminal_size_to(&joint->terminal, joint->master);
	}
	return 0;
}

static int join(struct joint *joint, struct held *held, int pidfd)
{
	enum { PIDFD, SIGNALS, JOINT, POLLS = JOINT + JOINT_POLLS };
	struct pollfd set[POLLS] = { [PIDFD] = { .fd = pidfd, .events = POLLIN }, [SIGNALS] = { .fd = held->fd, .events = POLLIN } };
	for (;;) {
		joint_poll(joint, set + JOINT);
		if (poll(set, POLLS, -1) < 0) {
			if (errno == EINTR) continue;
			return -1;
		}
		planner_reap();
		if (set[SIGNALS].revents != 0 && handle_signals(joint, held) < 0) return -1;
		joint_work(joint, set + JOINT);
		if (set[PIDFD].revents != 0) return 0;
	}
}

/* The master may come out of a container: it must be the kernel's ptmx, not what somebody inside made up. */
static int is_master(struct run *run, int fd)
{
	struct stat file;
	unsigned number;
	if (fstat(fd, &file) == 0 && S_ISCHR(file.st_mode) && file.st_rdev == makedev(5, 2) && ioctl(fd, TIOCGPTN, &number) == 0) return 1;
	detail(run, "what should be a pty of the container is none");
	errno = ENOTTY;
	return 0;
}

int do_relay(struct run *run, const struct op *op)
{
	static struct joint joint;
	struct held held;
	sigset_t signals;
	int pidfd = slot_fd(run, op, RELAY_PIDFD), master = slot_fd(run, op, RELAY_MASTER);
	int log = has(op, RELAY_LOG) ? slot_fd(run, op, RELAY_LOG) : -1;
	if (pidfd < 0 || master < 0 || !is_master(run, master)) return -1;
	sigemptyset(&signals);
	const int numbers[] = { SIGWINCH, SIGCONT, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGPIPE };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaddset(&signals, numbers[i]);
	joint.copy = copy_to_log;
	joint.context = &log;
	held_open(&held, &signals);
	joint_open(&joint, master);
	joint_terminal(&joint);
	/* A program may close its terminal and open it again: meanwhile there must be no hang-up. */
	int peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	int result = join(&joint, &held, pidfd), error = errno;
	if (peer >= 0) close(peer);
	errno = error;
	if (result < 0) return -1;
	joint_drain(&joint, LEFT_OVER);
	joint_close(&joint);
	held_close(&held);
	return 0;
}
