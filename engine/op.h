/* What the core's own files share beyond run.h. */
#ifndef BERTH_OP_H
#define BERTH_OP_H
#include "closing.h"
#include "run.h"

/* Runs a list as a whole process does: its end, then the undo of what was for the time of supervise. */
int run_list(struct run *run, uint32_t first, uint32_t count);
/* One list without the plans that replan got meanwhile (replan.h). */
int run_list_once(struct run *run, uint32_t first, uint32_t count);
/* 0, or -1 when a text of the op cannot be composed: a slot is empty, a process is gone, too long. */
int compose_all(struct run *run, const struct op *op);
/* recvmsg(2) with at most one descriptor, -1 when there is none. */
ssize_t hear_bytes(int socket, void *bytes, size_t size, int *fd);
/* sendmsg(2) with a descriptor. */
ssize_t say_bytes(int socket, const void *bytes, size_t size, int fd);
/* Connects to an abstract socket and sends a request of LXC's command protocol. The connection, or -1. */
int ask_monitor(const char *name, int kind, uint64_t value);
/* CLOCK_MONOTONIC in milliseconds. */
int64_t now_ms(void);
/* The paths of an op that does the same to several: its own, then those of the list. How many; 0 and E2BIG when they are too many. */
enum { PATHS_MAX = 64 };
size_t all_paths(struct run *run, const struct op *op, int path, int also, char *paths[PATHS_MAX + 1]);
/* open(2) flags of a plan, in this machine's numbers. */
int open_flags(uint64_t given);

/* For tests. `berth-engine run --fail-op ID[:ERRNO]`: that op fails in place of being run. `--kill-op ID`: whoever
 * comes to that op sends the process that was started SIGTERM first. */
struct fault { uint32_t op; int error, alarm; /* 0: none; written to, it sends that signal */ };
extern struct fault fault;
#endif
