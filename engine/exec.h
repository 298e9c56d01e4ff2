/* How a program is found and its environment made: for exec, spawn and initLoop. */
#ifndef BERTH_EXEC_H
#define BERTH_EXEC_H
#include "run.h"

/* The `env` list of the op, over the caller's environment when that is inherited. NULL with errno.
 * In a buffer of its own, overwritten by the next call. */
char **make_environment(struct run *run, const struct op *op, int field, bool is_inherited);
#define FIXED_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
/* PATH of that environment, else FIXED_PATH. */
const char *search_path(char *const *environment);
/* execve(2); with `search`, a name without a slash is looked up there as execvp(3) does. Returns only on failure. */
int execute(const char *path, char *const *argv, char *const *environment, const char *search);
#endif
