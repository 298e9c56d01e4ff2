/* Owns the way of one command: request, answer, plan, and the report of a plan that failed. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "launcher.h"
#include "room.h"
#include "run.h"
#include "title.h"

extern char **environ;

struct request launcher_request = { .kind = "command", .program = "berth-engine", .events = -1 };

int events_open(void) {
	int fd = memfd_create("events", MFD_CLOEXEC);
	if (fd >= 0 && fcntl(fd, F_SETFL, O_APPEND) < 0) { close(fd); return -1; }
	return fd;
}

bool events_tell_failure(int events) {
	struct event event;
	for (off_t at = 0; pread(events, &event, sizeof event, at) == (ssize_t)sizeof event && event.size >= sizeof event; at += event.size)
		if (event.kind == EVENT_FAILED) return true;
	return false;
}

int launcher_refuse(const char *program, const char *why) {
	dprintf(STDERR_FILENO, "%s: the planner (%s/libexec/berth/berth-planner) answered rubbish: %s\n", program, prefix_find(), why);
	return STATUS_PLANNER;
}

int launcher_report(struct request request, const struct plan *plan, int events) {
	struct answer answer;
	request.kind = "report";
	request.plan = plan->base;
	request.plan_size = plan->size;
	request.events = events;
	if (planner_ask(&request, &answer) < 0) return STATUS_PLANNER;
	if (answer.plan == NULL) return answer.status;
	/* A second plan could fail in its turn, for ever. */
	munmap(answer.plan, answer.plan_size);
	return launcher_refuse(request.program, "a plan where a report was asked for");
}

static int run_answer(struct run *run, const struct answer *answer) {
	static struct plan plan;
	const char *why = "";
	if (plan_verify(&plan, answer->plan, answer->plan_size, &why) < 0) return launcher_refuse(launcher_request.program, why);
	int events = events_open();
	run->events = events;
	int status = run_plan(run, &plan, "launcher");
	/* A status of its own may be the same number; what replan got has been reported already. */
	if (status != STATUS_FAILED || run->plan != &plan || run->events < 0 || !events_tell_failure(events)) return status;
	return launcher_report(launcher_request, &plan, events);
}

int launcher_main(int argc, char **argv) {
	static struct run run ROOM;
	static char program[64];
	struct answer answer;
	if (argc < 1) return 2;
	run_init(&run, environ);
	title_init(argv);
	char *slash = strrchr(argv[0], '/');
	if (slash != NULL) argv[0] = slash + 1;
	snprintf(program, sizeof program, "%s", argv[0]);
	launcher_request = (struct request){
		.kind = "command", .program = program, .args = argv, .arg_count = (size_t)argc, .environ = run.environ,
		.inherited = run.inherited, .inherited_count = run.inherited_count, .events = -1,
	};
	if (planner_ask(&launcher_request, &answer) < 0) return STATUS_PLANNER;
	return answer.plan == NULL ? answer.status : run_answer(&run, &answer);
}
