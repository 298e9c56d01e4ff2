/* Owns the state of one process that executes a list of ops. Every op handler has the
 * signature int do_x(struct run *, const struct op *): 0, or -1 with errno set. */
#ifndef BERTH_RUN_H
#define BERTH_RUN_H
#include <stdbool.h>
#include <sys/types.h>
#include "plan.h"

enum slot_kind { SLOT_EMPTY, SLOT_FD, SLOT_NUMBER };
struct slot {
	enum slot_kind kind;
	int64_t value;   /* descriptor (always O_CLOEXEC), pid or other number */
	int channel;     /* for a child's pid: our end of its socket pair, else -1 */
};

struct run {
	const struct plan *plan;
	struct slot slots[MAX_SLOTS];
	int channel;            /* to the parent, -1 at the root */
	int events;             /* descriptor that event records are appended to, -1: none */
	const char *process;    /* "launcher", "monitor", "child" … from clone's name */
	uint32_t done[MAX_OPS]; /* ids of ops that succeeded here, for undo */
	uint32_t done_count;
	int when;               /* WHEN_stop or WHEN_reboot once supervise has ended, else 0 */
	bool has_supervised;
	int exit_status;        /* -1: none asked for */
	const int *inherited;   /* descriptors > 2 the caller left open, found at start */
	size_t inherited_count;
	char **environ;         /* the caller's */
	char scratch[65536];    /* composed texts of the op that runs; reset before each */
	size_t scratch_used;
	char detail[1024];      /* what a handler adds to its failure: the path, a helper's output */
};

/* Field access; the verifier has proved that they are in range and of this kind. */
bool has(const struct op *op, int field);
uint64_t num(const struct op *op, int field);               /* 0 when optional and absent */
int slot_fd(struct run *run, const struct op *op, int field);   /* -1 with errno EBADF when empty; AT_FDCWD is never returned */
int64_t slot_value(struct run *run, const struct op *op, int field);
int slot_put(struct run *run, const struct op *op, int field, enum slot_kind kind, int64_t value);
const char *text(struct run *run, const struct op *op, int field);              /* "" when absent */
const void *data(struct run *run, const struct op *op, int field, size_t *len); /* NULL when absent */
size_t text_list(struct run *run, const struct op *op, int field, char **out, size_t max); /* NULL-terminated */
const uint32_t *num_list(const struct run *run, const struct op *op, int field, size_t *count);

/* Runs a list of ops [first, first+count) in this process. 0, or -1 after undo. */
int run_ops(struct run *run, uint32_t first, uint32_t count);
void run_undo(struct run *run);

/* Events: appended as one write each. See docs/decisions/0002-protocol.md. */
enum event_kind { EVENT_FAILED = 1, EVENT_IGNORED, EVENT_STARTED, EVENT_EXITED, EVENT_OUTPUT, EVENT_DONE };
struct event { uint32_t size, kind, op; int32_t error; int32_t pid; uint32_t process_len, text_len, reserved; uint64_t time_ns; };
void emit(struct run *run, enum event_kind kind, uint32_t op, int error, const char *text);

/* Opens `path` for use as a directory-relative target: with a root slot beneath it (openat2
 * RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS), else on the host. */
int open_at(struct run *run, const struct op *op, int at_field, const char *path, int flags, unsigned mode);
/* Opens the parent directory of `path` (O_PATH) the same way and points *leaf at the last component. */
int open_parent(struct run *run, const struct op *op, int at_field, const char *path, const char **leaf);
#endif
