/* Owns `berth-engine run|check`: one plan from a descriptor, run in this process. */
#include "engine.h"
#include "kernel.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "op.h"
#include "room.h"
#include "title.h"

static struct run run ROOM;

struct options { int plan_fd, events_fd; };

static int usage(void) {
	fputs("usage: berth-engine run [--plan-fd N] [--events-fd N] [--fail-op ID[:ERRNO] | --kill-op ID] | check [--plan-fd N]\n", stderr);
	return 2;
}

static int refused(const char *why) {
	fprintf(stderr, "berth-engine: the plan is refused: %s\n", why);
	return STATUS_FAILED;
}

static int parse_fault(const char *given) {
	char *end;
	fault = (struct fault){ .op = (uint32_t)strtoul(given, &end, 10), .error = EIO };
	if (*end == ':') fault.error = atoi(end + 1);
	return fault.error > 0 ? 0 : -1;
}

/* A pipe that sends this process SIGTERM when it is written to: also from another pid namespace, and nobody else once we are gone. */
static int set_alarm(void) {
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0) return 0;
	fcntl(ends[0], F_SETOWN, getpid());
	fcntl(ends[0], F_SETSIG, SIGTERM);
	fcntl(ends[0], F_SETFL, O_ASYNC);
	return ends[1];
}

static int parse(int argc, char **argv, struct options *out) {
	for (int i = 2; i < argc; i += 2) {
		if (i + 1 == argc) return -1;
		if (!strcmp(argv[i], "--plan-fd")) out->plan_fd = atoi(argv[i + 1]);
		else if (!strcmp(argv[i], "--events-fd")) out->events_fd = atoi(argv[i + 1]);
		else if (!strcmp(argv[i], "--kill-op")) fault = (struct fault){ .op = (uint32_t)atoi(argv[i + 1]), .alarm = -1 };
		else if (strcmp(argv[i], "--fail-op") || parse_fault(argv[i + 1]) < 0) return -1;
	}
	return 0;
}

/* In a mapping of its own, which replan gives back; only the pages that the plan fills cost memory. */
static ssize_t read_plan(int fd, unsigned char **out) {
	size_t size = 0, most = MAX_PLAN_BYTES + 1;
	unsigned char *bytes = mmap(NULL, most, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED) return -1;
	*out = bytes;
	while (size < most) {
		ssize_t got = read(fd, bytes + size, most - size);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return -1;
		if (got == 0) break;
		size += (size_t)got;
	}
	close(fd);
	return (ssize_t)size;
}

/* Ours, not the caller's: the plan and the events are no descriptors that a container could inherit. */
static void disown(int fd) {
	static int kept[8192] ROOM;
	size_t count = 0;
	for (size_t i = 0; i < run.inherited_count; i++)
		if (run.inherited[i] != fd) kept[count++] = run.inherited[i];
	run.inherited = kept;
	run.inherited_count = count;
}

int engine_main(int argc, char **argv, char **environment) {
	struct options options = { 3, -1 };
	struct plan plan;
	const char *why = "";
	bool is_run = argc > 1 && !strcmp(argv[1], "run"), is_check = argc > 1 && !strcmp(argv[1], "check");
	if ((!is_run && !is_check) || parse(argc, argv, &options) < 0) return usage();
	title_init(argv);
	run_init(&run, environment);
	if (fault.alarm) fault.alarm = set_alarm(); /* no descriptor of the caller's */
	unsigned char *bytes;
	ssize_t size = read_plan(options.plan_fd, &bytes);
	if (size < 0) return refused(strerror(errno));
	if (plan_verify(&plan, bytes, (size_t)size, &why) < 0) return refused(why);
	if (is_check) return 0;
	disown(options.plan_fd);
	if (options.events_fd >= 0) {
		disown(options.events_fd);
		fcntl(options.events_fd, F_SETFD, FD_CLOEXEC);
		run.events = options.events_fd;
	}
	return run_plan(&run, &plan, "engine");
}
