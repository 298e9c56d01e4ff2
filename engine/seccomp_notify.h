/* Owns the calls that a filter's action notify holds up: who answers them, while this process waits for something else. */
#ifndef BERTH_SECCOMP_NOTIFY_H
#define BERTH_SECCOMP_NOTIFY_H
#include <poll.h>

/* Serves one listener more, which it takes. 0, or -1 with errno: EINVAL when it is none. */
int notify_add(int listener);
/* The listener of init's filter, -1: there is none. */
int notify_listener(void);
/* What to wait for now (-1: nothing), for how many milliseconds at most (-1: for ever), and what to do then. */
struct pollfd notify_poll(void);
int notify_timeout(void);
void notify_work(const struct pollfd *polled);
/* Serves until this descriptor has something to say. */
void notify_until(int fd);
#endif
