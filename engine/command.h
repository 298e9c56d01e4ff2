/* Owns the command socket of a running container: LXC's own binary protocol, as its tools speak it. */
#ifndef BERTH_COMMAND_H
#define BERTH_COMMAND_H
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define COMMAND_CLIENTS 12
#define COMMAND_TTYS 64

struct joint;
struct client {
	int fd;           /* -1: free */
	int given;        /* a descriptor that it has sent, -1: none */
	int holds;        /* what it is connected for: index of a tty, CLIENT_*, or -1 */
	uint64_t position; /* CLIENT_FOLLOWING: of the console's bytes, the next to send; CLIENT_FREEZING: until when (now_ms) */
	unsigned states;  /* CLIENT_WAITING: bits of the states it wants to hear of */
	unsigned since;   /* the oldest makes room */
	size_t used;
	unsigned char bytes[16 + 112];
};

struct command {
	int listen;       /* -1: none */
	pid_t init;
	int pidfd, stop_signal;
	const char *name, *lxcpath;
	char *const *answers; /* `CMD:VALUE`, `CMD:KEY=VALUE` */
	size_t answer_count;
	char *const *places;  /* the container's cgroups, cgroups.c */
	size_t place_count;
	int events;           /* cgroup.events of the unified hierarchy, -1: none */
	int asked;            /* ASKED_BY_*, 0: nobody wants its end */
	int state;            /* enum command_state, as those who wait have heard */
	const char *record;   /* a file in the directory of records */
	struct joint *console;
	int devpts;           /* the file system of the container's ptys, -1: it has none of its own */
	int ttys[COMMAND_TTYS];
	size_t tty_count;
	unsigned clock;
	struct client clients[COMMAND_CLIENTS];
};
enum { ASKED_BY_USER = 1, ASKED_BY_HOST };
enum { COMMAND_EVENTS = 1 + COMMAND_CLIENTS, COMMAND_POLLS };

void command_open(struct command *command);
void command_poll(const struct command *command, struct pollfd set[COMMAND_POLLS]);
void command_work(struct command *command, const struct pollfd set[COMMAND_POLLS]);
/* Tells those who wait for this state. */
void command_tell(const struct command *command, int state);
/* Init has ended. Whoever asked for a stop, or waits for it, stays connected until the clean-up is done. */
void command_close(struct command *command);
/* The clean-up is done; `is_last`: and no reboot follows. */
void command_farewell(bool is_last);
#endif
