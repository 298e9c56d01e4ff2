/* Owns the choice of role, and what has to be so before any: berth-engine runs or checks a plan; under any other name, and before the
 * name of a command, this is the launcher: what starts a command of ours needs no links in bin. */
#include "kernel.h"
#include <string.h>
#include "launcher.h"
#include "engine.h"
#include "shelter.h"
#include "xattrs.h"

extern char **environ;

int main(int argc, char **argv) {
	if (refuse_set_id()) return STATUS_SET_ID;
	if (argc == 3 && !strcmp(argv[0], "berth-engine") && !strcmp(argv[1], "xattrs")) return xattrs_main(argv[2]);
	shelter(argv, environ);
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = argc > 0 ? (slash ? slash + 1 : argv[0]) : "berth-engine";
	if (strcmp(name, "berth-engine")) return launcher_main(argc, argv);
	if (argc > 1 && !strncmp(argv[1], "lxc-", 4)) return launcher_main(argc - 1, argv + 1);
	return engine_main(argc, argv, environ);
}
