/* Owns what the monitor knows while the container runs. */
#ifndef BERTH_SUPERVISE_H
#define BERTH_SUPERVISE_H
#include "command.h"
#include "console.h"
#include "exit_record.h"
#include "held.h"
#include "joint.h"
#include "run.h"

#define SUPERVISE_TEXTS 64

struct supervisor {
	struct run *run;
	pid_t init;
	int pidfd;
	bool is_foreground, has_terminal, has_own_pids; /* init is pid 1 of a pid namespace: reboot(2) in there kills it */
	bool is_propagated;               /* init's status becomes ours */
	int notify;                       /* number of the barrier, -1: none */
	const char *cgroup, *title, *record;
	const char *enter; /* a cgroup.procs to go to when the start is over */
	const char *doubt;                /* `NAME:MS`: an init of that name is watched so long before it is believed */
	struct console console;
	struct joint *joint;
	struct command command;
	struct held held;
};

/* Options `key=value` of the op. -1 with errno and a detail. */
int supervise_options(struct supervisor *s, const struct op *op);
/* Waits until init is believed to have come up. 1: it is; 0: it has ended before; -1: errno. */
int supervise_believe(struct supervisor *s);
/* Reads what the console has to say; waits for it, or for init's end, so many microseconds. 1: init has ended. */
int supervise_wait(struct supervisor *s, long long microseconds);
#endif
