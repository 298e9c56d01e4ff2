/* Owns sleeping with as little memory as possible: thousands of monitors do nothing but that. */
#ifndef BERTH_LEAN_H
#define BERTH_LEAN_H
#include <poll.h>
/* poll(2); timeout in milliseconds, -1: none. While it sleeps the program's own code is not mapped, but for one page. */
int lean_poll(struct pollfd *set, nfds_t count, int milliseconds);
#endif
