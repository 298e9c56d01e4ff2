/* Owns what is answered to one request of the command socket. */
#ifndef BERTH_COMMAND_ANSWER_H
#define BERTH_COMMAND_ANSWER_H
#include "command.h"

/* LXC's numbers; its tools and ours send these structs as they lie in memory. */
enum command_kind {
	COMMAND_GET_TTY_FD = 0, COMMAND_TERMINAL_WINCH = 1, COMMAND_STOP = 2, COMMAND_GET_STATE = 3, COMMAND_GET_INIT_PID = 4, COMMAND_GET_CLONE_FLAGS = 5,
	COMMAND_GET_CGROUP = 6, COMMAND_GET_CONFIG_ITEM = 7, COMMAND_GET_NAME = 8, COMMAND_GET_LXCPATH = 9,
	COMMAND_ADD_STATE_CLIENT = 10, COMMAND_CONSOLE_LOG = 11, COMMAND_SERVE_STATE_CLIENTS = 12, COMMAND_ADD_LISTENER = 13, COMMAND_FREEZE = 15, COMMAND_UNFREEZE = 16,
	COMMAND_GET_CGROUP2_FD = 17, COMMAND_GET_INIT_PIDFD = 18, COMMAND_GET_LIMIT_CGROUP = 19, COMMAND_GET_LIMIT_CGROUP2_FD = 20,
	COMMAND_GET_DEVPTS_FD = 21, COMMAND_GET_SECCOMP_NOTIFY_FD = 22, COMMAND_GET_CGROUP_CTX = 23, COMMAND_GET_CGROUP_FD = 24, COMMAND_GET_LIMIT_CGROUP_FD = 25,
	COMMAND_END_ASKED = 1001, /* ours: the end that comes is wanted: value ASKED_BY_*, or 0: it is not, after all */
	COMMAND_FOLLOW_CONSOLE = 1000, /* ours: what the console says from a position on, in replies without end */
};
struct command_request { int32_t kind, length; uint64_t value; };
struct command_reply { int32_t result, length; uint64_t value; };
#define CLIENT_CONSOLE COMMAND_TTYS
#define CLIENT_STOPPING (COMMAND_TTYS + 1)
#define CLIENT_WAITING (COMMAND_TTYS + 2)
#define CLIENT_FOLLOWING (COMMAND_TTYS + 3)
#define CLIENT_FREEZING (COMMAND_TTYS + 4)
/* In LXC's order. */
enum command_state { STATE_STOPPED = 0, STATE_RUNNING = 2, STATE_STOPPING = 3, STATE_FREEZING = 5, STATE_FROZEN = 6, STATE_THAWED = 7, STATES = 8 };
/* What a waiting client is sent. */
struct console_request { unsigned char is_clear, is_read, padding[6]; uint64_t most; }; /* and a pointer of the client's */
struct command_news { int32_t type; char name[256]; int32_t state; };

struct descriptors { const int *fds; size_t count; }; /* at most 20 */
/* Those who stay connected leave room for questions and for a stop. */
bool command_is_crowded(const struct command *command);
/* -1: the client is to be dropped. `data` are head.length bytes. */
int reply(const struct client *client, struct command_reply head, const void *data);
int reply_descriptors(const struct client *client, struct command_reply head, const void *data, struct descriptors given);
int reply_error(const struct client *client, int error);
int reply_text(const struct client *client, const char *text);
/* Sends a CLIENT_FOLLOWING what it has not heard yet, as far as it takes it. -1: the client is to be dropped. */
int command_follow(const struct command *command, struct client *client);
/* `data` are the request's bytes behind it, NUL-terminated. -1: the client is to be dropped. */
int command_answer(struct command *command, struct client *client, const struct command_request *request, const char *data);
#endif
