/* Owns the record of how a container's init ended: ExitRecord of src/model/state.ts, as JSON. */
#ifndef BERTH_EXIT_RECORD_H
#define BERTH_EXIT_RECORD_H
#include <stdbool.h>
#include "console.h"

struct ending { bool is_signal; int number; bool was_oom, is_reboot; };
/* Written beside `path` and renamed onto it. 0, or -1 with errno. */
int exit_record_write(const char *path, const struct ending *ending, const struct console *console);
/* true when the kernel has killed for memory in this cgroup (v2 memory.events, v1 memory.oom_control). */
bool cgroup_tells_oom(const char *dir);
#endif
