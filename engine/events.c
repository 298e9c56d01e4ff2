/* Owns what leaves a process of the plan: event records, messages on a channel, the detail of a failure. */
#define ISA_HANDLERS
#include "kernel.h"
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include "op.h"

enum { LIMIT_EVENTS = 1 << 20 };

int64_t now_ms(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The caller's disposition of SIGPIPE is not ours to change: it is held back for this one write. */
static ssize_t quiet_write(int fd, const void *bytes, size_t size) {
	sigset_t pipe, before, pending;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	sigprocmask(SIG_BLOCK, &pipe, &before);
	ssize_t done;
	do done = write(fd, bytes, size);
	while (done < 0 && errno == EINTR);
	int error = errno;
	if (done < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE)) sigtimedwait(&pipe, NULL, &(struct timespec){ 0, 0 });
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return done;
}

int write_once(int fd, const void *bytes, size_t size) {
	ssize_t done = quiet_write(fd, bytes, size);
	if (done >= 0 && (size_t)done != size) errno = EIO;
	return done == (ssize_t)size ? 0 : -1;
}

static void write_event(struct run *run, struct event event, const char *text) {
	char record[sizeof event + 64 + sizeof run->detail];
	if (run->events < 0) return;
	struct timespec now; /* CLOCK_MONOTONIC is another one in a time namespace */
	clock_gettime(CLOCK_REALTIME, &now);
	event.time_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	event.process_len = (uint32_t)strnlen(run->process, 64);
	event.text_len = (uint32_t)strnlen(text, sizeof run->detail);
	event.size = (uint32_t)sizeof event + event.process_len + event.text_len;
	memcpy(record, &event, sizeof event);
	memcpy(record + sizeof event, run->process, event.process_len);
	memcpy(record + sizeof event + event.process_len, text, event.text_len);
	int before = errno;
	quiet_write(run->events, record, event.size);
	errno = before;
}

void emit(struct run *run, enum event_kind kind, uint32_t op, int error, const char *text) {
	write_event(run, (struct event){ .kind = kind, .op = op, .error = error, .pid = getpid() }, text);
}

void emit_output(struct run *run, const struct op *op, int64_t milliseconds, const char *text) {
	write_event(run, (struct event){ .kind = EVENT_OUTPUT, .op = op->id, .pid = getpid(), .milliseconds = (uint32_t)milliseconds }, text);
}

/* About another process, which may not see its own pid as we do. */
void emit_for(struct run *run, enum event_kind kind, const struct op *op, pid_t about, const char *text) {
	write_event(run, (struct event){ .kind = kind, .op = op->id, .pid = about }, text);
}

void detail(struct run *run, const char *format, ...) {
	int before = errno;
	va_list list;
	va_start(list, format);
	if (!run->detail[0]) vsnprintf(run->detail, sizeof run->detail, format, list);
	va_end(list);
	errno = before;
}

int say(int channel, enum message_kind kind, uint32_t number) {
	uint32_t message[2] = { kind, number };
	ssize_t done;
	do done = send(channel, message, sizeof message, MSG_NOSIGNAL);
	while (done < 0 && errno == EINTR);
	if (done < 0 && errno == ECONNRESET) errno = EPIPE;
	return done < 0 ? -1 : 0;
}

void say_executing(struct run *run) {
	if (run->channel >= 0) say(run->channel, MESSAGE_EXECUTING, 0);
}

/* For who wants to know later how it went: the plan and its events; behind supervise, what came since. */
int do_keep_events(struct run *run, const struct op *op) {
	uint32_t size = (uint32_t)run->plan->size;
	off_t from = 0;
	int fd = open(text(run, op, KEEP_EVENTS_PATH), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | (run->has_supervised ? 0 : O_CREAT | O_TRUNC), 0600);
	if (fd < 0) return -1;
	int result = run->has_supervised ? lseek(fd, 0, SEEK_END) < 0 : write_once(fd, &size, sizeof size) < 0 || write_once(fd, run->plan->base, size) < 0;
	while (result == 0 && run->events >= 0) {
		ssize_t sent = sendfile(fd, run->events, &from, LIMIT_EVENTS);
		if (sent <= 0) { result = (int)sent; break; }
	}
	if (run->has_let_go && run->events >= 0) {
		close(run->events);
		run->events = -1;
	}
	return closing(fd, result ? -1 : 0);
}
