/* Owns pid 1 of an application container: starts the program as pid 2, reaps, forwards signals, ends
 * with the program's status once the last process is gone (as LXC's init does). */
#include "kernel.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include "exec.h"
#include "lists.h"
#include "live.h"
#include "run.h"
#include "title.h"

/* Ends of pipes: the child waits until `go` closes, and says on `failure` why nothing was executed. */
struct gate { int go, failure; };

/* In the child: a session of its own, the terminal if there is one, the caller's signal mask. */
static void become_program(struct run *run, const struct op *op, struct gate gate) {
	char **argv = lists.argv;
	char byte;
	text_list(run, op, INIT_LOOP_ARGV, argv, MAX_TEXTS);
	char **environment = make_environment(run, op, INIT_LOOP_ENV, num(op, INIT_LOOP_FLAGS) & EXEC_INHERIT_ENV);
	if (environment != NULL && argv[0] != NULL) {
		setsid();
		if (isatty(STDIN_FILENO)) ioctl(STDIN_FILENO, TIOCSCTTY, 0);
		while (read(gate.go, &byte, 1) < 0 && errno == EINTR) continue;
		sigprocmask(SIG_SETMASK, &run->caller_mask, NULL);
		execute(argv[0], argv, environment, search_path(environment));
	}
	int error = errno;
	write_once(gate.failure, &error, sizeof error);
	_exit(255);
}

static int by_number(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/* Closes everything above 2 but these. */
static void close_except(int *kept, size_t count) {
	unsigned from = 3;
	if (count > 1) qsort(kept, count, sizeof *kept, by_number);
	for (size_t i = 0; i < count; i++) {
		if (kept[i] < (int)from) continue;
		if (kept[i] > (int)from) syscall(SYS_close_range, from, (unsigned)kept[i] - 1, 0);
		from = (unsigned)kept[i] + 1;
	}
	syscall(SYS_close_range, from, ~0U, 0);
}

/* 0 when the program runs, else its errno. The program can look into /proc/1/fd: before it begins,
 * nothing of the host is left in there but what its start is told with, and that is out of its reach. */
static int start_program(struct run *run, const struct op *op, pid_t *child) {
	int go[2], failure[2], error = 0;
	if (pipe2(go, O_CLOEXEC) < 0 || pipe2(failure, O_CLOEXEC) < 0) return errno;
	*child = fork();
	if (*child < 0) return errno;
	if (*child == 0) {
		close(go[1]);
		become_program(run, op, (struct gate){ go[0], failure[1] });
	}
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	close_except((int[]){ failure[0], run->channel, run->events }, 3); /* go[1] too: the child goes on */
	if (read(failure[0], &error, sizeof error) != (ssize_t)sizeof error) error = 0; /* closed by execve */
	close(failure[0]);
	if (error != 0) waitpid(*child, NULL, 0);
	return error;
}

/* All that have ended. false: nobody is left. */
static bool reap(pid_t child, int *status) {
	for (int how;;) {
		pid_t pid = waitpid(-1, &how, WNOHANG);
		if (pid == 0) return true;
		if (pid < 0) return errno == EINTR;
		if (pid == child) *status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
	}
}

static int loop(pid_t child) {
	sigset_t all;
	int status = 255;
	bool is_ending = false;
	/* Where the pid namespace is not ours, -1 would be every process of the host. */
	pid_t everyone = getpid() == 1 ? -1 : child;
	const struct timespec grace = { .tv_sec = 1 };
	sigfillset(&all);
	while (reap(child, &status)) {
		siginfo_t info;
		int number = is_ending ? sigtimedwait(&all, &info, &grace) : sigwaitinfo(&all, &info);
		if (number < 0 && errno == EAGAIN) kill(everyone, SIGKILL); /* a second without anybody ending */
		if (number <= 0 || number == SIGCHLD) continue;
		/* Orders come from outside, or from the terminal: processes in here have pids here. */
		if (getpid() == 1 && info.si_pid != 0) continue;
		if (number != SIGTERM && number != SIGPWR) kill(child, number);
		else if (!is_ending) {
			kill(everyone, SIGTERM);
			is_ending = true;
		}
	}
	return status;
}

int do_init_loop(struct run *run, const struct op *op) {
	sigset_t all;
	pid_t child = -1;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	int error = start_program(run, op, &child);
	if (error != 0) {
		char **argv = lists.argv;
		text_list(run, op, INIT_LOOP_ARGV, argv, MAX_TEXTS);
		detail(run, "%s", argv[0] == NULL ? "" : argv[0]);
		errno = error;
		return -1;
	}
	say_executing(run);
	title_set("init");
	close_except(NULL, 0);
	run->channel = run->events = -1;
	/* Root in here can read its pid 1: of the caller's environment and of the plan nothing is left. */
	title_forget();
	memset(run->scratch, 0, sizeof run->scratch);
	live_keep(run, op);
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* who owns the container's ids may attach to it */
	run->exit_status = loop(child);
	return 0;
}
