/* Owns asking the planner: what a request says of the caller, and what comes back. */
#ifndef BERTH_PLANNER_H
#define BERTH_PLANNER_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Status of a command whose planner could not be used, and of a plan that was refused. */
#define STATUS_PLANNER 125

struct request {
	const char *kind; /* command, report, reboot */
	const char *program; /* what messages begin with; basename of argv[0] */
	char *const *args;
	size_t arg_count;
	char *const *environ;
	const int *inherited;
	size_t inherited_count;
	const void *plan; /* report: the one that failed, else NULL */
	size_t plan_size;
	int events; /* report: the descriptor with the event records, else -1 */
};

struct answer {
	int status;  /* to end with, when there is no plan */
	void *plan;  /* an mmap of plan_size bytes, the caller's to unmap; NULL: end with status */
	size_t plan_size;
};

/* Asks a planner started for this question; what it wants written is written. 0, or -1 when it
 * could not be used, which has been said on stderr: end with STATUS_PLANNER. */
int planner_ask(const struct request *request, struct answer *answer);
/* Directory that holds libexec/berth/; "" when /proc does not say. */
const char *prefix_find(void);
/* Planners that ended while their plan runs. Never waits. */
void planner_reap(void);

/* The payload of a REQUEST frame: an mmap of *size bytes. NULL: errno. */
void *request_encode(const struct request *request, size_t *size);
#endif
