/* Owns joining a terminal and a pty master, in both directions, without ever blocking in one of them. */
#ifndef BERTH_JOINT_H
#define BERTH_JOINT_H
#include <poll.h>
#include <stddef.h>
#include "terminal.h"

struct flow { unsigned short begin, end; unsigned char bytes[2048]; };
struct joint {
	struct terminal terminal;
	int master;
	unsigned char escape; /* the key after which q leaves, 0: none */
	bool has_escaped, is_left;
	bool is_lossy;      /* a terminal that has not read for a while misses something, rather than stopping the master */
	bool is_stuck;      /* … and does so until it reads again */
	void (*copy)(void *context, const void *bytes, size_t size); /* sees everything the master says; may be NULL */
	void *context;
	struct flow keys;   /* terminal to master */
	struct flow screen; /* master to terminal */
};
enum { JOINT_IN, JOINT_OUT, JOINT_MASTER, JOINT_POLLS };

/* Takes the master, which is made non-blocking; without a terminal what it says is only copied. */
void joint_open(struct joint *joint, int master);
/* The caller's terminal, or with stdio what stdin and stdout are: sets it raw and gives its size to the master. */
void joint_terminal(struct joint *joint, bool is_stdio);
/* Puts the terminal back as it was and empties the flows. The master stays open. */
void joint_close(struct joint *joint);
/* Fills `set` with what is waited for now, and does what poll(2) said of it. */
void joint_poll(struct joint *joint, struct pollfd set[JOINT_POLLS]);
void joint_work(struct joint *joint, const struct pollfd set[JOINT_POLLS]);
/* A lossy terminal is waited for. joint_give_up: it has been, for long enough. */
bool joint_waits(const struct joint *joint);
void joint_give_up(struct joint *joint);
/* What the master has left to say, at most so many bytes: somebody may go on talking for ever. */
void joint_drain(struct joint *joint, size_t most);
#endif
