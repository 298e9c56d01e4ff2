/* Owns signals that a loop wants as something to poll: blocked, read from a signalfd. */
#ifndef BERTH_HELD_H
#define BERTH_HELD_H
#include <signal.h>
#include <stdbool.h>

struct held { int fd; sigset_t before; };
/* Blocks them; those the caller ignores stay ignored. */
void held_open(struct held *held, const sigset_t *signals);
/* Next signal's number, 0: none. */
int held_next(struct held *held);
/* The mask as it was; what is pending arrives now. */
void held_close(struct held *held);
#endif
