/* Owns the supervise op: this process is the container's monitor until init ends. It sleeps in one
 * poll(2) and holds next to no memory of its own. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cgroups.h"
#include "command_answer.h"
#include "lean.h"
#include "lists.h"
#include "launcher.h"
#include "live.h"
#include "planner.h"
#include "seccomp_notify.h"
#include "supervise.h"
#include "title.h"

#define LEFT_OVER (1u << 20)
#define STACK_USED (100u << 10)
enum { PIDFD, SIGNALS, JOINT, COMMAND = JOINT + JOINT_POLLS, NOTIFY = COMMAND + COMMAND_POLLS, POLLS };

/* Those that stop, continue or mean a bug of ours keep their usual effect. */
static void hold_signals(struct supervisor *s) {
	const int usual[] = { SIGTSTP, SIGTTIN, SIGTTOU, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS };
	sigset_t held;
	sigfillset(&held);
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) sigdelset(&held, usual[i]);
	sigset_t wanted = held;
	/* A daemon's container ends when it is told to, not its monitor; of a terminal it wants to know the size. */
	if (!s->is_foreground) sigemptyset(&wanted);
	if (s->has_terminal) sigaddset(&wanted, SIGWINCH);
	if (s->has_terminal) held_open(&s->held, &wanted);
	/* An end of file is not a reason to die, whatever the caller thought of SIGPIPE. */
	sigprocmask(SIG_BLOCK, &held, NULL);
}

/* Of a terminal's user, to init. LXC says SIGTERM for a hang-up. */
static void forward_signals(struct supervisor *s) {
	for (int number; (number = held_next(&s->held)) != 0;) {
		if (number == SIGCHLD || number == SIGPIPE) continue;
		if (number == SIGCONT) terminal_raw(&s->joint->terminal);
		if (number == SIGCONT || number == SIGWINCH) terminal_size_to(&s->joint->terminal, s->joint->master);
		else syscall(SYS_pidfd_send_signal, s->pidfd, number == SIGHUP ? SIGTERM : number, NULL, 0);
	}
}

static bool has_own_pids(pid_t pid) {
	char path[40];
	struct stat ours, theirs;
	snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)pid);
	return stat("/proc/self/ns/pid", &ours) < 0 || stat(path, &theirs) < 0 || ours.st_ino != theirs.st_ino;
}

static int take_fields(struct supervisor *s, const struct op *op) {
	size_t count;
	s->init = (pid_t)slot_value(s->run, op, SUPERVISE_PID);
	s->pidfd = slot_fd(s->run, op, SUPERVISE_PIDFD);
	s->record = text(s->run, op, SUPERVISE_RECORD);
	if (s->pidfd < 0 || supervise_options(s, op) < 0) return -1;
	s->has_own_pids = has_own_pids(s->init);
	s->command.init = s->init;
	s->command.pidfd = s->pidfd;
	s->command.record = s->record;
	s->command.console = s->joint;
	s->command.listen = has(op, SUPERVISE_LISTEN) ? slot_fd(s->run, op, SUPERVISE_LISTEN) : -1;
	const uint32_t *ttys = num_list(s->run, op, SUPERVISE_TTYS, &count);
	for (size_t i = 0; i < count && i < COMMAND_TTYS; i++)
		if (s->run->slots[ttys[i]].kind == SLOT_FD) s->command.ttys[s->command.tty_count++] = (int)s->run->slots[ttys[i]].value;
	command_open(&s->command);
	return 0;
}

static void open_console(struct supervisor *s, const struct op *op) {
	int master = has(op, SUPERVISE_CONSOLE) ? slot_fd(s->run, op, SUPERVISE_CONSOLE) : -1;
	joint_open(s->joint, master);
	s->joint->copy = console_take;
	s->joint->context = &s->console;
	if (s->has_terminal) joint_terminal(s->joint, false);
}

/* While somebody has the other side open the master knows no hang-up, which poll(2) would report for
 * ever; inside, a getty closes and opens it as it likes. */
static int hold_peer(const struct supervisor *s) {
	return s->joint->master < 0 ? -1 : ioctl(s->joint->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

/* From here on nobody waits for a daemon: neither the parent nor a reader of events. */
static int let_go(struct supervisor *s) {
	struct run *run = s->run;
	if (s->is_foreground && s->notify < 0) return 0;
	/* A launcher that was killed meanwhile takes nothing with it: the container runs, and the next command finds it. */
	if (s->notify >= 0 && run->channel >= 0 && say(run->channel, MESSAGE_BARRIER, (uint32_t)s->notify) < 0 && errno != EPIPE) return -1;
	if (run->channel >= 0) close(run->channel);
	if (run->events >= 0) close(run->events);
	run->channel = run->events = -1;
	run->has_let_go = true;
	return 0;
}

/* The kernel waits for all processors before it moves a process, 5 to 12 ms: nobody else shall. */
static void enter_cgroup(const struct supervisor *s) {
	int fd = s->enter == NULL ? -1 : open(s->enter, O_WRONLY | O_CLOEXEC);
	if (fd < 0) return;
	write_once(fd, "0", 1); /* where it is refused the monitor stays where it is counted already */
	close(fd);
}

/* Whole pages in there; should they be needed again the kernel gives empty ones. */
static void release(const void *begin, const void *end) {
	uintptr_t page = (uintptr_t)getpagesize(), first = ((uintptr_t)begin + page - 1) & ~(page - 1), last = (uintptr_t)end & ~(page - 1);
	if (last > first) madvise((void *)first, last - first, MADV_DONTNEED);
}

/* What no op of the tail looks at. */
static void release_memory(const struct run *run, const struct op *now) {
	const char *frame = __builtin_frame_address(0);
	release(run->scratch + run->scratch_used, run->scratch + sizeof run->scratch);
	release(&lists, &lists + 1);
	live_keep(run, now);
	release(frame - STACK_USED, frame - getpagesize()); /* of calls that have returned */
}

/* -1: never. */
static int sooner(int a, int b) { return a < 0 || (b >= 0 && b < a) ? b : a; }

static int watch(struct supervisor *s) {
	struct pollfd set[POLLS] = { [PIDFD] = { .fd = s->pidfd, .events = POLLIN }, [SIGNALS] = { .fd = s->held.fd, .events = POLLIN } };
	while (set[PIDFD].revents == 0) {
		joint_poll(s->joint, set + JOINT);
		command_poll(&s->command, set + COMMAND);
		set[NOTIFY] = notify_poll();
		int soon = sooner(cgroups_timeout(&s->command), notify_timeout()), ready = lean_poll(set, POLLS, soon >= 0 ? soon : joint_waits(s->joint) ? 1000 : -1);
		if (ready < 0 && errno != EINTR) return -1;
		if (ready == 0 && soon < 0) joint_give_up(s->joint);
		planner_reap();
		if (set[SIGNALS].revents != 0) forward_signals(s);
		joint_work(s->joint, set + JOINT);
		notify_work(set + NOTIFY); /* before a command may add a listener: this is of those there were */
		command_work(&s->command, set + COMMAND);
	}
	return 0;
}

static int reap(struct supervisor *s, struct ending *ending) {
	int how;
	pid_t pid;
	do pid = waitpid(s->init, &how, 0); while (pid < 0 && errno == EINTR);
	if (pid < 0) return -1;
	*ending = (struct ending){ .is_signal = WIFSIGNALED(how), .number = WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how) };
	ending->asked = s->command.asked;
	ending->oom_kills = s->cgroup == NULL ? 0 : cgroup_oom_kills(s->cgroup);
	ending->was_oom = ending->is_signal && ending->number == SIGKILL && ending->oom_kills > 0;
	/* pid_namespaces(7): nobody can kill a pid 1 with these two, so it was reboot(2). */
	if (s->has_own_pids && ending->is_signal && (ending->number == SIGHUP || ending->number == SIGINT)) {
		ending->is_reboot = ending->number == SIGHUP;
		ending->is_signal = false;
		ending->number = 0;
	}
	s->run->supervised_status = ending->is_signal ? 128 + ending->number : ending->number;
	return 0;
}

/* What it leaves behind, in this order: the last output, the record, which who is told of the end reads at once, the terminal as it was. */
static int finish(struct supervisor *s, struct ending *ending) {
	int reaped = reap(s, ending), error = errno;
	joint_drain(s->joint, LEFT_OVER);
	joint_close(s->joint);
	if (reaped == 0 && exit_record_write(s->record, ending, &s->console) < 0) emit(s->run, EVENT_IGNORED, 0, errno, s->record);
	command_close(&s->command);
	if (s->held.fd >= 0) close(s->held.fd); /* the signals stay blocked: the clean-up is not to be interrupted */
	errno = error;
	return reaped;
}

/* What init said, as the text of the failure. */
static int ended_at_once(struct supervisor *s) {
	unsigned char last[sizeof s->run->detail - 1];
	size_t size = console_last(&s->console, last, sizeof last);
	detail(s->run, "%.*s", (int)size, (const char *)last);
	errno = E_STATUS + s->run->supervised_status;
	return -1;
}

/* Its init is believed: from here on the container runs, whoever waits for it. */
static int begin(struct supervisor *s) {
	if (let_go(s) < 0) return -1;
	cgroups_open(&s->command); /* the kernel may let us wait for a fork in there */
	enter_cgroup(s);
	command_tell(&s->command, STATE_RUNNING);
	return 0;
}

static int supervise(struct supervisor *s, const struct op *op) {
	struct ending ending;
	int is_believed = s->notify < 0 ? 1 : supervise_believe(s);
	if (is_believed < 0 || (is_believed > 0 && begin(s) < 0)) return -1;
	release_memory(s->run, op);
	if (is_believed > 0 && watch(s) < 0) return -1;
	if (finish(s, &ending) < 0) return -1;
	if (is_believed == 0) return ended_at_once(s);
	s->run->when = ending.is_reboot ? WHEN_REBOOT : WHEN_STOP;
	s->run->has_supervised = true;
	if (s->run->has_let_go) s->run->events = events_open();
	if (s->is_propagated) s->run->exit_status = s->run->supervised_status;
	return 0;
}

int do_supervise(struct run *run, const struct op *op) {
	/* Side by side: what is used of it shares pages. The joint's buffers take none before they are used. */
	static struct { struct supervisor s; struct joint joint; } monitor;
	struct supervisor *s = &monitor.s;
	*s = (struct supervisor){ .run = run, .joint = &monitor.joint, .held.fd = -1 };
	if (take_fields(s, op) < 0) return -1;
	hold_signals(s);
	title_set(s->title);
	open_console(s, op);
	int peer = hold_peer(s), result = supervise(s, op), error = errno;
	joint_close(s->joint);
	console_close(&s->console);
	if (peer >= 0) close(peer);
	errno = error;
	return result;
}
