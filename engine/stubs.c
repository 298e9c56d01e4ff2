/* Temporary: what the resident part will provide, so that the engine links. Weak, so a real one wins. */
#include <errno.h>
#include <stdio.h>
#include "launcher.h"
#include "run.h"

#define STUB(name) __attribute__((weak)) int name(struct run *run, const struct op *op) { (void)run; (void)op; errno = ENOSYS; return -1; }
STUB(do_supervise)
STUB(do_relay)
STUB(do_init_loop)
STUB(do_replan)

__attribute__((weak)) int launcher_main(int argc, char **argv) {
	(void)argc;
	fprintf(stderr, "%s: the launcher is not built in\n", argv[0]);
	return STATUS_FAILED;
}
