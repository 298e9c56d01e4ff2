/* Owns spawn: a helper program (newuidmap, a hook) run to its end, what it says kept. */
#include "kernel.h"
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "exec.h"
#include "lists.h"
#include "op.h"

enum { TAIL = 900 };

struct helper {
	char **argv, **environment;
	int in, out, error;  /* descriptors for 0, 1, 2; -1: as we have them. `error` is the capture's, closed once started */
	int report;          /* where the child writes why it could not execute */
	pid_t pid;
	int pidfd, said;     /* our end of what it says, -1: not captured */
	int64_t end;         /* when it must be done, 0: never */
	bool is_grouped;     /* in a process group of its own: what it started can be ended with it */
	char tail[TAIL + 1];
	size_t tail_length;
};

/* Above 2, so that putting one of them in its place never overwrites another. */
static int above_stdio(int fd) { return fd < 0 || fd > 2 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 3); }

static _Noreturn void be_helper(const struct helper *helper) {
	int from[3] = { above_stdio(helper->in), above_stdio(helper->out), above_stdio(helper->error) };
	sigset_t none;
	if (helper->is_grouped) setpgid(0, 0);
	for (int signal = 1; signal < 65; signal++) sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int fd = 0; fd < 3; fd++)
		if (from[fd] >= 0) dup2(from[fd], fd);
	execute(helper->argv[0], helper->argv, helper->environment, FIXED_PATH);
	int error = errno;
	write_once(helper->report, &error, sizeof error);
	_exit(127);
}

/* What the helper reads: a slot, given bytes, else nothing. */
static int open_input(struct run *run, const struct op *op) {
	size_t size;
	if (has(op, SPAWN_STDIN)) {
		int fd = slot_fd(run, op, SPAWN_STDIN);
		return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	}
	if (!has(op, SPAWN_INPUT)) return open("/dev/null", O_RDONLY | O_CLOEXEC);
	const void *bytes = data(run, op, SPAWN_INPUT, &size);
	int fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0) return -1;
	if (write_once(fd, bytes, size) == 0 && lseek(fd, 0, SEEK_SET) == 0) return fd;
	close(fd);
	return -1;
}

/* Only the end of what it says is kept: there the reason stands. */
static ssize_t hear_output(struct helper *helper) {
	char block[TAIL];
	ssize_t got = read(helper->said, block, sizeof block);
	if (got <= 0) return got;
	size_t kept = helper->tail_length, room = TAIL - (size_t)got;
	if (kept > room) {
		memmove(helper->tail, helper->tail + (kept - room), room);
		kept = room;
	}
	memcpy(helper->tail + kept, block, (size_t)got);
	helper->tail_length = kept + (size_t)got;
	helper->tail[helper->tail_length] = 0;
	return got;
}

/* Until it ends: what it left running may hold its output open for ever. */
static int wait_for(struct helper *helper) {
	struct pollfd watch[2] = { { .fd = helper->pidfd, .events = POLLIN }, { .fd = helper->said, .events = POLLIN } };
	for (;;) {
		int64_t left = helper->end ? helper->end - now_ms() : -1;
		int ready = poll(watch, 2, helper->end && left < 0 ? 0 : (int)left);
		if (ready < 0 && errno != EINTR) return -1;
		if (ready == 0) {
			syscall(SYS_pidfd_send_signal, helper->pidfd, SIGKILL, NULL, 0);
			if (helper->is_grouped) kill(-helper->pid, SIGKILL); /* the number is its own until it is waited for */
			errno = ETIMEDOUT;
			return -1;
		}
		if (ready > 0 && watch[1].revents && hear_output(helper) == 0) watch[1].fd = -1;
		if (ready > 0 && watch[0].revents && !(watch[1].revents & POLLIN)) return 0;
	}
}

static int judge(struct helper *helper, int result, int report) {
	int error = errno, status = 0, failed = 0;
	pid_t ended;
	do ended = waitpid(helper->pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (read(report, &failed, sizeof failed) == (ssize_t)sizeof failed) {
		errno = failed;
		return -1;
	}
	errno = error;
	if (result < 0) return -1;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
	errno = E_STATUS + (WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	return -1;
}

static int start_and_wait(struct helper *helper, uint64_t timeout) {
	int report[2], result = -1;
	if (pipe2(report, O_CLOEXEC) < 0) return -1;
	helper->report = report[1];
	helper->pid = fork();
	if (helper->pid == 0) be_helper(helper);
	close(report[1]);
	if (helper->pid > 0) {
		if (helper->is_grouped) setpgid(helper->pid, helper->pid); /* whoever of the two is first */
		if (helper->error >= 0) close(helper->error); /* only the helper may hold its output open */
		helper->error = -1;
		helper->end = timeout && timeout < INT32_MAX ? now_ms() + (int64_t)timeout : 0;
		helper->pidfd = sys_pidfd_open(helper->pid);
		result = judge(helper, helper->pidfd < 0 ? -1 : wait_for(helper), report[0]);
	}
	int error = errno;
	close(report[0]);
	if (helper->pidfd >= 0) close(helper->pidfd);
	errno = error;
	return result;
}

int do_spawn(struct run *run, const struct op *op) {
	char **argv = lists.argv;
	int capture[2] = { -1, -1 }, result = -1;
	int64_t begin = now_ms();
	bool is_inherited = num(op, SPAWN_FLAGS) & SPAWN_INHERIT_STDIO;
	struct helper helper = { .argv = argv, .out = -1, .pidfd = -1 };
	if (text_list(run, op, SPAWN_ARGV, argv, MAX_TEXTS) == 0) {
		errno = EINVAL;
		return -1;
	}
	helper.environment = make_environment(run, op, SPAWN_ENV, num(op, SPAWN_FLAGS) & SPAWN_INHERIT_ENV);
	if (!helper.environment) return -1;
	if (has(op, SPAWN_STDOUT) && (helper.out = slot_fd(run, op, SPAWN_STDOUT)) < 0) return -1;
	if (!is_inherited && pipe2(capture, O_CLOEXEC) < 0) return -1;
	helper.said = capture[0];
	helper.error = capture[1];
	if (helper.out < 0) helper.out = capture[1];
	helper.in = is_inherited && !has(op, SPAWN_STDIN) && !has(op, SPAWN_INPUT) ? -1 : open_input(run, op);
	/* Not one that talks to the terminal, nor one that may take its time: they stay where ^C reaches them. */
	helper.is_grouped = !is_inherited && num(op, SPAWN_TIMEOUT) > 0;
	if (helper.in >= 0 || is_inherited) result = start_and_wait(&helper, num(op, SPAWN_TIMEOUT));
	int error = errno;
	if (helper.in >= 0) close(helper.in);
	if (helper.error >= 0) close(helper.error);
	if (capture[0] >= 0) close(capture[0]);
	if (helper.tail_length || num(op, SPAWN_FLAGS) & SPAWN_TOLD) emit_output(run, op, now_ms() - begin, helper.tail);
	if (result < 0) detail(run, "%s%s%s", argv[0], helper.tail_length ? ": " : "", helper.tail);
	errno = error;
	return result;
}
