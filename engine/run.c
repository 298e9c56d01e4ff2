/* Owns how a process of the plan goes through its list: dispatch, tolerance, occasions, undo. */
#define ISA_HANDLERS
#include "kernel.h"
#include <stdlib.h>
#include <string.h>
#include "op.h"
#include "replan.h"
#include "room.h"
#include "run.h"

struct fault fault; /* tests only */

/* readdir(3) would keep a heap for the monitor's whole life. */
static int find_inherited(int *out, int max) {
	_Alignas(8) char batch[2048];
	int count = 0, dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) { /* no /proc: look at those that can be there by default */
		for (int fd = 3; fd < 1024 && count < max; fd++)
			if (fcntl(fd, F_GETFD) >= 0) out[count++] = fd;
		return count;
	}
	for (long got; (got = syscall(SYS_getdents64, dir, batch, sizeof batch)) > 0;)
		for (long at = 0; at < got; at += ((const struct directory_entry *)(const void *)(batch + at))->length) {
			int fd = atoi(((const struct directory_entry *)(const void *)(batch + at))->name);
			if (fd > 2 && fd != dir && count < max) out[count++] = fd;
		}
	close(dir);
	return count;
}

void run_init(struct run *run, char **environment) {
	for (int fd = 0; fd <= 2; fd++) /* a closed stdio number must not become one of our descriptors */
		if (fcntl(fd, F_GETFD) < 0) open("/", O_PATH | O_CLOEXEC);
	int *inherited = keep(0);
	run->inherited_count = (size_t)find_inherited(inherited, KEEP_MOST / sizeof *inherited);
	run->inherited = keep(run->inherited_count * sizeof *inherited);
	run->environ = environment;
	run->channel = run->events = run->exit_status = run->supervised_status = -1;
	run->process = "engine";
	for (int i = 0; i < MAX_SLOTS; i++) run->slots[i] = (struct slot){ .channel = -1 };
	sigprocmask(SIG_SETMASK, NULL, &run->caller_mask);
}

static bool is_tolerated(const struct op *op, int error) {
	if (op->tolerance == TOLERATE_ALL) return true;
	for (int i = 0; op->tolerance == TOLERATE_LISTED && i < MAX_ERRNOS; i++)
		if (error != 0 && op->errnos[i] == error) return true;
	return false;
}

/* What an op that failed without a word of its own was about. */
static void describe(struct run *run, const struct op *op) {
	const struct op_schema *row = schema_of(op->code);
	if (run->detail[0]) return;
	run->scratch_used = 0;
	for (int i = 0; i < MAX_FIELDS; i++)
		if ((row->fields[i] & ~(unsigned)FIELD_OPTIONAL) == FIELD_TEXT && has(op, i)) {
			bool is_beneath = (row->fields[0] == (FIELD_SLOT | FIELD_OPTIONAL)) && i > 0 && has(op, 0);
			detail(run, is_beneath ? "%s (resolved beneath its root)" : "%s", text(run, op, i));
			return;
		}
}

static int run_op(struct run *run, const struct op *op) {
	run->scratch_used = 0;
	run->detail[0] = 0;
	errno = 0;
	if (fault.alarm && fault.op == op->id && write(fault.alarm, "", 1) < 0) return -1;
	if (fault.error && fault.op == op->id) {
		detail(run, "made to fail");
		errno = fault.error;
		return -1;
	}
	if (compose_all(run, op) < 0) return -1;
	int result = HANDLERS[op->code](run, op);
	if (result >= 0) return result;
	int error = errno;
	describe(run, op);
	errno = error ? error : EIO;
	return -1;
}

static bool is_due(const struct run *run, const struct op *op) { return op->when == WHEN_ALWAYS || op->when == run->when; }

/* Of an undo that fails only a note remains: the next one must have its turn. */
void run_undo(struct run *run) {
	while (run->done_count > 0) {
		const struct op *made = &run->plan->ops[run->done[--run->done_count]];
		for (uint32_t i = 0; i < made->undo_count; i++) {
			const struct op *op = &run->plan->ops[made->undo_first + i];
			if (is_due(run, op) && run_op(run, op) < 0) emit(run, EVENT_IGNORED, op->id, errno, run->detail);
		}
	}
}

int run_ops(struct run *run, uint32_t first, uint32_t count) {
	for (const struct op *op = &run->plan->ops[first], *end = op + count; op < end; op++) {
		if (!is_due(run, op)) continue;
		int result = run_op(run, op), error = errno;
		if (result == 0 && op->undo_count > 0 && run->done_count < MAX_OPS) run->done[run->done_count++] = op->id;
		if (result >= 0) continue;
		bool is_ignored = is_tolerated(op, error);
		emit(run, is_ignored ? EVENT_IGNORED : EVENT_FAILED, op->id, error, run->detail);
		if (is_ignored) slots_forget(run, op);
		if (is_ignored) continue;
		run_undo(run);
		errno = error;
		return -1;
	}
	return 0;
}

int run_list_once(struct run *run, uint32_t first, uint32_t count) {
	if (run_ops(run, first, count) < 0) return STATUS_FAILED;
	if (run->has_supervised) run_undo(run);
	emit(run, EVENT_DONE, first, 0, "");
	return run->exit_status < 0 ? 0 : run->exit_status;
}

int run_list(struct run *run, uint32_t first, uint32_t count) {
	return run_replanned(run, run_list_once(run, first, count));
}

int run_plan(struct run *run, const struct plan *plan, const char *name) {
	run->plan = plan;
	run->process = name;
	return run_list(run, 0, plan->root_count);
}

static int relocate(int fd) {
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, 64);
	return moved < 0 ? fcntl(fd, F_DUPFD_CLOEXEC, fd + 1) : moved;
}

int vacate(struct run *run, int fd) {
	int *holders[] = { &run->channel, &run->events };
	for (int i = 0; i < 2; i++)
		if (*holders[i] == fd && (*holders[i] = relocate(fd)) < 0) return -1;
	for (int i = 0; i < MAX_SLOTS; i++) {
		struct slot *slot = &run->slots[i];
		if (slot->kind == SLOT_FD && slot->value == fd && (slot->value = relocate(fd)) < 0) return -1;
		if (slot->channel == fd && (slot->channel = relocate(fd)) < 0) return -1;
	}
	return 0;
}
