/* Owns going on with another plan in the same process: a container that reboots. */
#ifndef BERTH_REPLAN_H
#define BERTH_REPLAN_H
struct run;
/* To be called when a process' list has ended, undo included: runs what replan got meanwhile, one
 * plan after the other. What this process should end with; `status` without such plans. */
int run_replanned(struct run *run, int status);
#endif
