/* Owns which parts of a plan a process can still come to need. */
#ifndef BERTH_LIVE_H
#define BERTH_LIVE_H
struct run;
struct op;
/* Gives the memory of a plan back, but for what runs after `now` in its list and what is to be undone.
 * The plan must lie in a mapping of its own. */
void live_keep(const struct run *run, const struct op *now);
#endif
