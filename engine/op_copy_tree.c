/* Owns the op copyTree. */
#include "kernel.h"
#include "copy_tree.h"
#include "op.h"

int do_copy_tree(struct run *run, const struct op *op) {
	char what[COPY_WHAT];
	int from = slot_fd(run, op, COPY_TREE_SOURCE), to = slot_fd(run, op, COPY_TREE_TARGET);
	if (from < 0 || to < 0) return -1;
	int target = openat(to, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (target < 0) return -1;
	int result = closing(target, copy_tree(from, target, what)), error = errno;
	if (result < 0) detail(run, "%s", what);
	errno = error;
	return result;
}
