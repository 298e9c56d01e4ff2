/* The roles of this binary under its own name: `berth-engine run|check`, and `xattrs get|set` (xattrs.h). */
#ifndef BERTH_ENGINE_H
#define BERTH_ENGINE_H
int engine_main(int argc, char **argv, char **environment);
#endif
