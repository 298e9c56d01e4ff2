/* Owns the record of how a container's init ended: ExitRecord of src/model/state.ts, as JSON. */
#ifndef BERTH_EXIT_RECORD_H
#define BERTH_EXIT_RECORD_H
#include <stdbool.h>
#include "console.h"

struct ending { bool is_signal; int number; bool was_oom, is_reboot; long oom_kills; int asked; /* ASKED_BY_* */ };
/* Written beside `path` and renamed onto it. 0, or -1 with errno. */
int exit_record_write(const char *path, const struct ending *ending, const struct console *console);
/* How many processes of this cgroup the kernel has killed for want of memory (v2 memory.events, v1 memory.oom_control). */
long cgroup_oom_kills(const char *dir);
#endif
