/* Owns what the op copyTree asks for; its parts share copy.h. */
#ifndef BERTH_COPY_TREE_H
#define BERTH_COPY_TREE_H
#define COPY_WHAT 512
/* All below the directory `from`, and what it is itself, into the empty directory `to`, by several threads that have ended when
 * this does. 0, or -1 with errno, and in `what` at which file that was. */
int copy_tree(int from, int to, char what[COPY_WHAT]);
#endif
