/* Owns the large buffers of handlers while their op runs: lists of texts, paths. Nothing in here outlives
 * the op; the monitor gives their memory back before it sleeps. */
#ifndef BERTH_LISTS_H
#define BERTH_LISTS_H
#include <limits.h>
#include "plan.h"

struct lists {
	char *argv[MAX_TEXTS], *fallback[MAX_TEXTS], *with_shell[MAX_TEXTS + 2]; /* of a program */
	char *own[MAX_TEXTS], *environment[2 * MAX_TEXTS];                       /* make_environment */
	char path[PATH_MAX], tree[4 * PATH_MAX + 1], mount_point[4 * PATH_MAX];  /* open_parent, removeTree */
	char *options[MAX_TEXTS];                                                /* of a file system */
};
extern struct lists lists;
#endif
