/* Owns what is answered to one request of the command socket. */
#ifndef BERTH_COMMAND_ANSWER_H
#define BERTH_COMMAND_ANSWER_H
#include "command.h"

/* LXC's numbers; its tools and ours send these structs as they lie in memory. */
enum command_kind {
	COMMAND_GET_TTY_FD = 0, COMMAND_STOP = 2, COMMAND_GET_STATE = 3, COMMAND_GET_INIT_PID = 4, COMMAND_GET_CLONE_FLAGS = 5,
	COMMAND_GET_CGROUP = 6, COMMAND_GET_CONFIG_ITEM = 7, COMMAND_GET_NAME = 8, COMMAND_GET_LXCPATH = 9,
	COMMAND_ADD_STATE_CLIENT = 10, COMMAND_GET_INIT_PIDFD = 18,
};
struct command_request { int32_t kind, length; uint64_t value; };
struct command_reply { int32_t result, length; uint64_t value; };
#define CLIENT_CONSOLE COMMAND_TTYS
#define CLIENT_STOPPING (COMMAND_TTYS + 1)
#define CLIENT_WAITING (COMMAND_TTYS + 2)
/* In LXC's order. */
enum command_state { STATE_STOPPED = 0, STATE_RUNNING = 2, STATE_STOPPING = 3, STATES = 8 };
/* What a waiting client is sent. */
struct command_news { int32_t type; char name[256]; int32_t state; };

/* `data` are the request's bytes behind it, NUL-terminated. -1: the client is to be dropped. */
int command_answer(struct command *command, struct client *client, const struct command_request *request, const char *data);
#endif
