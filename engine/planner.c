/* Owns the planner's process: starts it in a clean context, does what its frames say, and says
 * what was wrong when it crashes, hangs or answers rubbish. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <limits.h>
#include "isa.gen.h"
#include "frames.h"
#include "planner.h"

#define PLANNER_FD 3
#define PATH_OF_PLANNER "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct talk {
	const struct request *request;
	char path[PATH_MAX + 32];
	int socket;
	pid_t pid;
	int exec_errno; /* written by the child of vfork */
};

/* They have said their last frame, but may take a moment to end. */
static pid_t unreaped[4];

void planner_reap(void) {
	for (size_t i = 0; i < sizeof unreaped / sizeof *unreaped; i++)
		if (unreaped[i] > 0 && waitpid(unreaped[i], NULL, WNOHANG) != 0) unreaped[i] = 0;
}

static void reap_later(pid_t pid) {
	pid_t *oldest = &unreaped[0];
	if (*oldest > 0) { /* still there after three more: it has nothing left to do */
		kill(*oldest, SIGKILL);
		waitpid(*oldest, NULL, 0);
	}
	memmove(unreaped, unreaped + 1, sizeof unreaped - sizeof *unreaped);
	unreaped[sizeof unreaped / sizeof *unreaped - 1] = pid;
}

static int complain(const struct talk *talk, const char *what) {
	dprintf(STDERR_FILENO, "%s: the planner (%s) %s\n", talk->request->program, talk->path, what);
	return -1;
}

/* Does the planner look at each member of an archive? Then it works long enough for compiled code: a third of the time for a million. */
static bool reads_archives(const struct request *request) {
	static const char *const verbs[] = { "create", "run", "import" };
	if (strcmp(request->program, "lxc-create") == 0) return true;
	if (strcmp(request->program, "berth") != 0 || request->arg_count < 2) return false;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(request->args[1], verbs[i]) == 0) return true;
	return false;
}

/* BUN_OPTIONS, NODE_OPTIONS, LD_PRELOAD and the like must not reach JavaScript. */
static void clean_environment(const struct request *request, const char **out) {
	static const char *const kept[] = { "HOME=", "LANG=", "LC_ALL=", "TERM=" };
	char *const *const environ = request->environ;
	size_t count = 0;
	out[count++] = PATH_OF_PLANNER;
	if (!reads_archives(request)) out[count++] = "BUN_JSC_useJIT=0"; /* a planner is done before compiled code would pay: 26 ms -> 16 ms for lxc-info -c */
	for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
		for (size_t i = 0; environ[i] != NULL; i++)
			if (strncmp(environ[i], kept[k], strlen(kept[k])) == 0) { out[count++] = environ[i]; break; }
	out[count] = NULL;
}

/* In the child of vfork: only system calls, the memory is the parent's. */
static void become_planner(struct talk *talk, int theirs, const char **environment) {
	char *const argv[] = { talk->path, NULL };
	const struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t none;
	for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Who is killed wants no answer: what was begun is undone, what goes on ends. Killed before this, there is no request either. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* dup2 onto itself would keep close-on-exec. */
	if (theirs == PLANNER_FD ? fcntl(theirs, F_SETFD, 0) == 0 : dup2(theirs, PLANNER_FD) >= 0)
		if (syscall(SYS_close_range, PLANNER_FD + 1, ~0U, 0) == 0 && chdir("/") == 0)
			execve(talk->path, argv, (char *const *)environment);
	talk->exec_errno = errno;
	_exit(127);
}

static int start(struct talk *talk) {
	int ends[2];
	const char *environment[8];
	char why[128];
	clean_environment(talk->request, environment);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) return -1;
	talk->pid = vfork();
	if (talk->pid == 0) become_planner(talk, ends[1], environment);
	close(ends[1]);
	talk->socket = ends[0];
	if (talk->pid > 0 && *(volatile int *)&talk->exec_errno == 0) return 0;
	snprintf(why, sizeof why, "cannot be run: %s", strerror(talk->pid > 0 ? talk->exec_errno : errno));
	if (talk->pid > 0) waitpid(talk->pid, NULL, 0);
	close(ends[0]);
	return complain(talk, why);
}

/* The socket is at its end too early: how did the planner end? One that stays is ended here. */
static int ended_early(struct talk *talk) {
	int status = 0;
	char what[64];
	for (int waited = 0; waitpid(talk->pid, &status, WNOHANG) == 0; waited++) {
		if (waited < 100) { poll(NULL, 0, 10); continue; }
		kill(talk->pid, SIGKILL);
		waitpid(talk->pid, NULL, 0);
		return complain(talk, "answered rubbish: it hung up without a last frame");
	}
	if (WIFSIGNALED(status)) snprintf(what, sizeof what, "crashed: signal %d", WTERMSIG(status));
	else snprintf(what, sizeof what, "ended early with status %d", WEXITSTATUS(status));
	return complain(talk, what);
}

static int rubbish(struct talk *talk, const char *why) {
	char what[160];
	kill(talk->pid, SIGKILL);
	waitpid(talk->pid, NULL, 0);
	snprintf(what, sizeof what, "answered rubbish: %s", why);
	return complain(talk, what);
}

/* A hung planner is waited for as long as the user likes, unless the variable says how long. 0: for ever. */
static int patience(const struct request *request) {
	const char *name = "BERTH_PLANNER_TIMEOUT=", *seconds = NULL;
	for (char *const *each = request->environ; *each != NULL; each++)
		if (strncmp(*each, name, strlen(name)) == 0) seconds = *each + strlen(name);
	int limit = seconds == NULL ? 0 : atoi(seconds);
	return limit < 0 || limit > INT_MAX / 1000 ? 0 : limit;
}

/* Whether it read all of the request shows in the answer. */
static int send_request(struct talk *talk, const void *payload, size_t size) {
	int limit = patience(talk->request);
	char what[64];
	struct frame_head head = { .kind = FRAME_REQUEST, .length = (uint32_t)size };
	setsockopt(talk->socket, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){ .tv_sec = limit }, sizeof(struct timeval));
	if (send_fully(talk->socket, &head, sizeof head) == 0) send_fully(talk->socket, payload, size);
	if (limit == 0) return 0;
	if (poll(&(struct pollfd){ .fd = talk->socket, .events = POLLIN }, 1, limit * 1000) != 0) return 0;
	kill(talk->pid, SIGKILL);
	waitpid(talk->pid, NULL, 0);
	snprintf(what, sizeof what, "did not answer within %d s", limit);
	return complain(talk, what);
}

static int take_out(struct talk *talk, uint32_t length) {
	char bytes[16384];
	uint32_t fd;
	if (length < sizeof fd) return rubbish(talk, "an OUT frame without a descriptor");
	if (read_fully(talk->socket, &fd, sizeof fd) < 0) return ended_early(talk);
	if (fd != STDOUT_FILENO && fd != STDERR_FILENO) return rubbish(talk, "an OUT frame for another descriptor than 1 or 2");
	for (uint32_t left = length - (uint32_t)sizeof fd; left > 0;) {
		size_t piece = left < sizeof bytes ? left : sizeof bytes;
		if (read_fully(talk->socket, bytes, piece) < 0) return ended_early(talk);
		if (write_fully((int)fd, bytes, piece) < 0) {
			if (errno != EPIPE && fd == STDOUT_FILENO) dprintf(STDERR_FILENO, "%s: write error: %s\n", talk->request->program, strerror(errno));
			_exit(1); /* nobody reads, or the disk is full: what other tools do */
		}
		left -= (uint32_t)piece;
	}
	return 0;
}

static int take_plan(struct talk *talk, uint32_t length, struct answer *answer) {
	if (length < HEADER_BYTES || length > MAX_PLAN_BYTES) return rubbish(talk, "a plan of an impossible size");
	void *bytes = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED) return rubbish(talk, "a plan for which there is no memory");
	if (read_fully(talk->socket, bytes, length) < 0) {
		munmap(bytes, length);
		return ended_early(talk);
	}
	mprotect(bytes, length, PROT_READ);
	answer->plan = bytes;
	answer->plan_size = length;
	return 1;
}

/* 0: more frames follow. 1: that was the last one. -1: unusable, said so. */
static int take_frame(struct talk *talk, struct answer *answer) {
	struct frame_head head;
	uint32_t status;
	if (frame_head_read(talk->socket, &head) <= 0) return ended_early(talk);
	if (head.length > FRAME_MAX) return rubbish(talk, "a frame of more than 8 MiB");
	switch (head.kind) {
	case FRAME_OUT: return take_out(talk, head.length);
	case FRAME_PLAN: return take_plan(talk, head.length, answer);
	case FRAME_EXIT:
		if (head.length != sizeof status) return rubbish(talk, "an EXIT frame of the wrong size");
		if (read_fully(talk->socket, &status, sizeof status) < 0) return ended_early(talk);
		answer->status = (int)(status & 0xff);
		return 1;
	default: return rubbish(talk, "a frame of an unknown kind");
	}
}

int planner_ask(const struct request *request, struct answer *answer) {
	struct talk talk = { .request = request };
	size_t size;
	*answer = (struct answer){ 0 };
	snprintf(talk.path, sizeof talk.path, "%s/libexec/berth/berth-planner", prefix_find());
	unsigned char *payload = request_encode(request, &size);
	if (payload == NULL) return complain(&talk, "cannot be asked: the request is too large");
	planner_reap();
	int result = start(&talk);
	if (result == 0) {
		result = send_request(&talk, payload, size);
		while (result == 0) result = take_frame(&talk, answer);
		close(talk.socket);
		if (result > 0) reap_later(talk.pid);
	}
	munmap(payload, size);
	return result < 0 ? -1 : 0;
}
