/* Owns what a user runs as lxc-start and so on: asks the planner, runs its plan in this very process. */
#ifndef BERTH_LAUNCHER_H
#define BERTH_LAUNCHER_H
#include <stdbool.h>
#include "plan.h"
#include "planner.h"
struct run;

/* Status to end with. argv[0] says which command it is. */
int launcher_main(int argc, char **argv);
/* A file for event records that every process of a plan appends to, or -1. */
int events_open(void);
bool events_tell_failure(int events);
/* Has the planner say what went wrong; the status it answers with. */
int launcher_report(struct request request, const struct plan *plan, int events);
/* Says that the planner's plan is not one. STATUS_PLANNER. */
int launcher_refuse(const char *program, const char *why);
/* The request this process was started for; another kind of it is sent when it asks again. */
extern struct request launcher_request;
#endif
