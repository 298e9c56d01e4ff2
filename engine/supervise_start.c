/* Owns the beginning of supervise: its options, and when a fresh init is believed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "command_answer.h"
#include "lists.h"
#include "seccomp_notify.h"
#include "supervise.h"

static const char *value_of(const char *option, const char *key) {
	size_t size = strlen(key);
	return strncmp(option, key, size) == 0 && option[size] == '=' ? option + size + 1 : NULL;
}

static size_t ring_size;

static int take_option(struct supervisor *s, const char *option) {
	const char *value;
	if (strcmp(option, "foreground") == 0) s->is_foreground = s->has_terminal = true;
	else if (strcmp(option, "terminal") == 0) s->has_terminal = true;
	else if ((value = value_of(option, "propagate")) != NULL) s->is_propagated = value[0] == '1';
	else if ((value = value_of(option, "notify")) != NULL) s->notify = atoi(value);
	else if ((value = value_of(option, "doubt")) != NULL) s->doubt = value;
	else if ((value = value_of(option, "ring")) != NULL) ring_size = strtoull(value, NULL, 10);
	else if ((value = value_of(option, "cgroup")) != NULL) s->cgroup = value;
	else if ((value = value_of(option, "enter")) != NULL) s->enter = value;
	else if ((value = value_of(option, "title")) != NULL) s->title = value;
	else if ((value = value_of(option, "logsize")) != NULL) s->console.limit = (off_t)strtoull(value, NULL, 10);
	else if ((value = value_of(option, "logrotate")) != NULL) s->console.is_rotated = value[0] == '1';
	else if ((value = value_of(option, "stopsignal")) != NULL) s->command.stop_signal = atoi(value);
	else if ((value = value_of(option, "devpts")) != NULL) s->command.devpts = atoi(value);
	else if ((value = value_of(option, "lxcpath")) != NULL) s->command.lxcpath = value;
	else if ((value = value_of(option, "name")) != NULL) s->command.name = value;
	else return -1;
	return 0;
}

int supervise_options(struct supervisor *s, const struct op *op) {
	static char *answers[SUPERVISE_TEXTS], *places[SUPERVISE_TEXTS];
	char **texts = lists.options;
	size_t count = text_list(s->run, op, SUPERVISE_OPTIONS, texts, SUPERVISE_TEXTS);
	s->notify = -1;
	s->title = "[lxc monitor]";
	s->command = (struct command){ .listen = -1, .stop_signal = SIGKILL, .name = "", .lxcpath = "", .answers = answers, .places = places, .events = -1, .devpts = -1, .state = STATE_RUNNING };
	ring_size = 0;
	for (size_t i = 0; i < count; i++) {
		char *answer = strncmp(texts[i], "answer=", 7) == 0 ? texts[i] + 7 : NULL;
		if (answer != NULL) answers[s->command.answer_count++] = answer;
		else if (strncmp(texts[i], "place=", 6) == 0) places[s->command.place_count++] = texts[i] + 6;
		else if (take_option(s, texts[i]) < 0) {
			detail(s->run, "option %s", texts[i]);
			errno = EINVAL;
			return -1;
		}
	}
	off_t limit = s->console.limit;
	bool is_rotated = s->console.is_rotated;
	const char *log = text(s->run, op, SUPERVISE_LOG);
	if (console_open(&s->console, ring_size, log) < 0) {
		detail(s->run, "console log %s", log);
		return -1;
	}
	s->console.limit = limit;
	s->console.is_rotated = is_rotated;
	return 0;
}

int supervise_wait(struct supervisor *s, long long microseconds) {
	struct pollfd set[2 + JOINT_POLLS] = { { .fd = s->pidfd, .events = POLLIN } };
	struct timespec limit = { microseconds / 1000000, microseconds % 1000000 * 1000 };
	joint_poll(s->joint, set + 2);
	set[1] = notify_poll();
	if (ppoll(set, 2 + JOINT_POLLS, &limit, NULL) < 0) return errno == EINTR ? 0 : -1;
	notify_work(set + 1);
	joint_work(s->joint, set + 2);
	return set[0].revents != 0;
}

/* The beginning of a file of a process' first thread in proc(5): its length; 0 when there is none. */
static size_t read_of(pid_t pid, const char *file, char *text, size_t room) {
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/task/%d/%s", (int)pid, (int)pid, file);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, room - 1);
	if (fd >= 0) close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return n < 0 ? 0 : (size_t)n;
}

/* Who sleeps (not in the kernel for a disk, stat's field 3) has got somewhere, however early that is, and who has a child. */
static bool is_at_work(pid_t pid) {
	char text[512];
	read_of(pid, "stat", text, sizeof text);
	const char *name_end = strrchr(text, ')');
	if (name_end != NULL && strncmp(name_end, ") S", 3) == 0) return true;
	return read_of(pid, "children", text, sizeof text) > 0;
}

static long long now_us(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* 1: init has lived through it; 0: it has ended; -1: errno. A chatty console wakes us early: that must not shorten it. */
static int live_through(struct supervisor *s, long long microseconds) {
	for (long long until = now_us() + microseconds, left; (left = until - now_us()) > 0;) {
		int has_ended = supervise_wait(s, left);
		if (has_ended != 0) return has_ended < 0 ? -1 : 0;
	}
	return 1;
}

/* proc(5) comm is of this name. */
static bool is_called(pid_t pid, const char *name, size_t length) {
	char text[64];
	return read_of(pid, "comm", text, sizeof text) == length + 1 && memcmp(text, name, length) == 0;
}

/* An init the plan knows to be in doubt here is watched for longer: `NAME:MS`. */
static int live_through_doubt(struct supervisor *s) {
	const char *colon = s->doubt ? strchr(s->doubt, ':') : NULL;
	if (colon == NULL || !is_called(s->init, s->doubt, (size_t)(colon - s->doubt))) return 1;
	return live_through(s, atoi(colon + 1) * 1000LL);
}

/* An init that cannot work says so and ends within a moment; one that works goes to sleep, waiting for
 * something. The container has no say in it: 20 ms are enough for anybody. */
int supervise_believe(struct supervisor *s) {
	/* in microseconds: what is done between its execve and here takes longer than the first of them */
	static const int pauses[] = { 0, 100, 100, 100, 100, 100, 200, 200, 200, 500, 500, 1000, 2000, 3000, 4000, 8000 };
	for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
		int has_lived = live_through(s, pauses[i]);
		if (has_lived != 1) return has_lived;
		if (is_at_work(s->init)) break;
	}
	return live_through_doubt(s);
}
