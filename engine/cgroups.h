/* Owns what the monitor tells of its container's cgroups, and freezing. */
#ifndef BERTH_CGROUPS_H
#define BERTH_CGROUPS_H
#include "command.h"

struct command_request;
/* The places of `command` are known: begins to watch whether the container is frozen. */
void cgroups_open(struct command *command);
void cgroups_close(struct command *command);
/* enum command_state: whether it is frozen, as the kernel says. */
int cgroups_state(const struct command *command);
/* When it has been frozen or thawed meanwhile: tells those who wait for it. */
void cgroups_look(struct command *command);
/* 0, or -1 with errno: ENODEV where there is nothing to freeze it with. */
int cgroups_freeze(const struct command *command, bool is_frozen);
/* Milliseconds until it must be looked again; -1: none. */
int cgroups_timeout(const struct command *command);
/* What poll(2) said of command->events, and who waits for a freeze. */
void cgroups_work(struct command *command, bool has_news);
/* As command_answer. */
int cgroups_answer(struct command *command, struct client *client, const struct command_request *request, const char *data);
#endif
