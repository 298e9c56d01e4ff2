/* Owns the state of one process that executes a list of ops. Every op handler has the
 * signature int do_x(struct run *, const struct op *): 0, or -1 with errno set, or NOTHING_DONE
 * when what it should make was there already (a success whose undo is not due). */
#ifndef BERTH_RUN_H
#define BERTH_RUN_H
#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>
#include "plan.h"

#define NOTHING_DONE 1
#define STATUS_FAILED 125 /* what a process ends with when an op of its list failed */

enum slot_kind { SLOT_EMPTY, SLOT_FD, SLOT_NUMBER };
struct slot {
	enum slot_kind kind;
	int64_t value;   /* descriptor (always O_CLOEXEC), pid or other number */
	int channel;     /* for a child's pid: our end of its socket pair, else -1 */
};

struct run {
	_Alignas(4096) const struct plan *plan;
	struct slot slots[MAX_SLOTS];
	int channel;            /* to the parent, -1 at the root */
	int events;             /* descriptor that event records are appended to, -1: none */
	const char *process;    /* "launcher", "monitor", "child" … from clone's name */
	uint32_t done_count;
	int when;               /* WHEN_stop or WHEN_reboot once supervise has ended, else 0 */
	bool has_supervised;
	bool has_let_go;        /* nobody waits for a report: `events` is of what comes after */
	int exit_status;        /* -1: none asked for */
	int supervised_status;  /* how supervise saw init end: its code, or 128+signal; -1: it did not */
	const int *inherited;   /* descriptors > 2 the caller left open, found at start */
	size_t inherited_count;
	char **environ;         /* the caller's */
	sigset_t caller_mask;   /* the caller's signal mask: what is executed gets it back */
	size_t scratch_used;
	char detail[1024];      /* what a handler adds to its failure: the path, a helper's output */
	/* A monitor writes to the page that ends here, and to no other. */
	uint32_t done[MAX_OPS]; /* ids of ops that succeeded here, for undo */
	_Alignas(8) char scratch[65536]; /* composed texts of the op that runs; reset before each */
};

/* Field access; the verifier has proved that they are in range and of this kind. */
bool has(const struct op *op, int field);
uint64_t num(const struct op *op, int field);               /* 0 when optional and absent */
int slot_fd(struct run *run, const struct op *op, int field);   /* -1 with errno EBADF when empty; AT_FDCWD is never returned */
int64_t slot_value(struct run *run, const struct op *op, int field);
int slot_put(struct run *run, const struct op *op, int field, enum slot_kind kind, int64_t value);
void slots_forget(struct run *run, const struct op *op); /* what an op would have made is not there: nor what was there before */
const char *text(struct run *run, const struct op *op, int field);              /* "" when absent */
const void *data(struct run *run, const struct op *op, int field, size_t *len); /* NULL when absent */
size_t text_list(struct run *run, const struct op *op, int field, char **out, size_t max); /* NULL-terminated */
const uint32_t *num_list(const struct run *run, const struct op *op, int field, size_t *count);

/* Fills *run for this process: its descriptors and signal mask as the caller left them. First thing in main. */
void run_init(struct run *run, char **environment);
/* Runs the plan's root list as process `name`; what the process should end with: 0, exit_status or STATUS_FAILED. */
int run_plan(struct run *run, const struct plan *plan, const char *name);
/* Runs a list of ops [first, first+count) in this process. 0, or -1 after undo. */
int run_ops(struct run *run, uint32_t first, uint32_t count);
void run_undo(struct run *run);
/* What is written to run->detail, printf(3)-like; the first word of a failure wins. */
void detail(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Moves whatever the engine itself holds on descriptor number `fd` to another number. */
int vacate(struct run *run, int fd);

/* Events: appended as one write each. See docs/decisions/0002-protocol.md. */
enum event_kind { EVENT_FAILED = 1, EVENT_IGNORED, EVENT_STARTED, EVENT_EXITED, EVENT_OUTPUT, EVENT_DONE };
struct event { uint32_t size, kind, op; int32_t error; int32_t pid; uint32_t process_len, text_len, milliseconds; uint64_t time_ns; };
void emit(struct run *run, enum event_kind kind, uint32_t op, int error, const char *text);
/* What a helper said, and how long it took. */
void emit_output(struct run *run, const struct op *op, int64_t milliseconds, const char *text);
void emit_for(struct run *run, enum event_kind kind, const struct op *op, pid_t about, const char *text);
/* write(2) of everything in one call, without SIGPIPE; -1 with EIO when it is short. */
int write_once(int fd, const void *bytes, size_t size);

/* Messages on the channel between a process and its child. */
enum message_kind { MESSAGE_BARRIER = 1, MESSAGE_DESCRIPTOR, MESSAGE_FAILED, MESSAGE_EXECUTING };
int say(int channel, enum message_kind kind, uint32_t number);
/* Tells the parent that from now on the end of this channel means "executed" (exec, initLoop). */
void say_executing(struct run *run);
/* Start time of a process (proc(5) stat field 22), or 0 with errno. */
uint64_t start_time(pid_t pid);

/* Opens `path` for use as a directory-relative target: with a root slot beneath it (openat2
 * RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS), else on the host. */
int open_at(struct run *run, const struct op *op, int at_field, const char *path, int flags, unsigned mode);
/* Opens the parent directory of `path` (O_PATH) the same way and points *leaf at the last component. */
int open_parent(struct run *run, const struct op *op, int at_field, const char *path, const char **leaf);
#endif
