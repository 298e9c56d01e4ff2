/* Owns the replan op. The new plan runs only after the old one's undo, and is not nested in it:
 * a container may reboot for years. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "command.h"
#include "launcher.h"
#include "op.h"
#include "replan.h"
#include "run.h"

/* Between the op and the end of its list. One process has one list. */
static struct answer next;

int do_replan(struct run *run, const struct op *op) {
	char *texts[64];
	struct request request = launcher_request;
	request.kind = "reboot";
	request.args = texts;
	request.arg_count = text_list(run, op, REPLAN_REQUEST, texts, sizeof texts / sizeof *texts);
	request.environ = run->environ;
	request.inherited = run->inherited;
	request.inherited_count = run->inherited_count;
	struct answer answer;
	if (planner_ask(&request, &answer) < 0) { errno = ENOEXEC; return -1; }
	if (answer.plan == NULL) {
		detail(run, "the planner gave no plan, status %d", answer.status);
		errno = ECANCELED;
		return -1;
	}
	if (next.plan != NULL) munmap(next.plan, next.plan_size);
	next = answer;
	return 0;
}

/* Nothing of the old plan may reach the new one: descriptors, records of what is to be undone. */
static void forget(struct run *run) {
	for (size_t i = 0; i < MAX_SLOTS; i++) {
		struct slot *slot = &run->slots[i];
		if (slot->kind == SLOT_FD) close((int)slot->value);
		if (slot->kind != SLOT_EMPTY && slot->channel >= 0) close(slot->channel);
		*slot = (struct slot){ .kind = SLOT_EMPTY, .channel = -1 };
	}
	if (run->channel >= 0) close(run->channel);
	if (run->events >= 0) close(run->events);
	run->channel = -1;
	run->events = events_open();
	run->done_count = 0;
	run->when = 0;
	run->has_supervised = run->has_let_go = false;
	run->exit_status = run->supervised_status = -1;
}

int run_replanned(struct run *run, int status) {
	static struct plan plan;
	command_farewell(next.plan == NULL);
	while (next.plan != NULL) {
		struct answer answer = next;
		const char *why = "";
		next = (struct answer){ 0 };
		munmap((void *)run->plan->base, run->plan->size);
		forget(run);
		if (plan_verify(&plan, answer.plan, answer.plan_size, &why) < 0) return launcher_refuse(launcher_request.program, why);
		run->plan = &plan;
		status = run_list_once(run, 0, plan.root_count);
		command_farewell(next.plan == NULL);
		if (status != STATUS_FAILED || run->events < 0 || !events_tell_failure(run->events)) continue;
		struct request request = launcher_request;
		request.environ = run->environ;
		status = launcher_report(request, &plan, run->events);
	}
	return status;
}
