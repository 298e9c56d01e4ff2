/* Owns the connections of the command socket: few, non-blocking, of the container's owner or root. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "cgroups.h"
#include "command.h"
#include "command_answer.h"
#include "console.h"
#include "joint.h"
#include "op.h"
#include "room.h"

static void drop(struct command *command, struct client *client) {
	close(client->fd);
	if (client->given >= 0) close(client->given);
	client->fd = client->given = -1;
	if (client->holds == CLIENT_CONSOLE) terminal_close(&command->console->terminal);
}

void command_poll(const struct command *command, struct pollfd set[COMMAND_POLLS]) {
	set[0] = (struct pollfd){ .fd = command->listen, .events = POLLIN };
	const struct console *console = command->console->context;
	for (size_t i = 0; i < COMMAND_CLIENTS; i++) {
		const struct client *client = &command->clients[i];
		bool is_behind = client->holds == CLIENT_FOLLOWING && client->position < console->total;
		set[1 + i] = (struct pollfd){ .fd = client->fd, .events = (short)(POLLIN | (is_behind ? POLLOUT : 0)) };
	}
	set[COMMAND_EVENTS] = (struct pollfd){ .fd = command->events, .events = POLLPRI };
}

/* The kernel's word, from the time of connect(2): what a client sends with SCM_CREDENTIALS says no more. */
static int is_allowed(int fd) {
	struct ucred peer;
	socklen_t size = sizeof peer;
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == 0 || peer.uid == geteuid());
}

static struct client *place_for(struct command *command) {
	struct client *oldest = NULL;
	for (size_t i = 0; i < COMMAND_CLIENTS; i++) {
		struct client *client = &command->clients[i];
		if (client->fd < 0) return client;
		if (client->holds < 0 && (oldest == NULL || client->since < oldest->since)) oldest = client;
	}
	if (oldest != NULL) drop(command, oldest);
	return oldest;
}

static void welcome(struct command *command) {
	int fd = accept4(command->listen, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		/* Out of descriptors, maybe the whole system: it is reported until there is one again. */
		if (errno == EMFILE || errno == ENFILE) poll(NULL, 0, 50);
		return;
	}
	struct client *client = is_allowed(fd) ? place_for(command) : NULL;
	if (client == NULL) close(fd);
	else {
		client->fd = fd;
		client->holds = client->given = -1;
		client->used = 0;
		client->since = command->clock++;
	}
}

/* Answers whole requests as they arrive. -1: the client is to be dropped. */
static int listen_to(struct command *command, struct client *client) {
	struct command_request request;
	int fd;
	ssize_t n = hear_bytes(client->fd, client->bytes + client->used, sizeof client->bytes - 1 - client->used, &fd);
	if (n < 0 && errno == EAGAIN) return 0;
	if (n <= 0) return -1;
	if (fd >= 0) {
		if (client->given >= 0) close(client->given);
		client->given = fd;
	}
	client->used += (size_t)n;
	while (client->used >= sizeof request) {
		memcpy(&request, client->bytes, sizeof request);
		/* The length is the client's word. */
		if (request.length < 0 || (size_t)request.length > sizeof client->bytes - 2 - sizeof request) return -1;
		/* As in LXC a descriptor comes behind the request, with a byte of its own. */
		size_t whole = sizeof request + (size_t)request.length + (request.kind == COMMAND_ADD_LISTENER);
		if (client->used < whole) return 0;
		unsigned char behind = client->bytes[whole];
		client->bytes[whole] = '\0';
		if (command_answer(command, client, &request, (const char *)client->bytes + sizeof request) < 0) return -1;
		client->bytes[whole] = behind;
		client->used -= whole;
		memmove(client->bytes, client->bytes + whole, client->used);
	}
	return 0;
}

static void follow_all(struct command *command) {
	for (size_t i = 0; i < COMMAND_CLIENTS; i++) {
		struct client *client = &command->clients[i];
		if (client->fd >= 0 && client->holds == CLIENT_FOLLOWING && command_follow(command, client) < 0) drop(command, client);
	}
}

void command_work(struct command *command, const struct pollfd set[COMMAND_POLLS]) {
	for (size_t i = 0; i < COMMAND_CLIENTS; i++) {
		struct client *client = &command->clients[i];
		if (set[1 + i].revents != 0 && client->fd == set[1 + i].fd && listen_to(command, client) < 0) drop(command, client);
	}
	follow_all(command);
	cgroups_work(command, set[COMMAND_EVENTS].revents != 0);
	if (set[0].revents != 0) welcome(command);
}

static void tell(const struct command *command, const struct client *client, int state) {
	struct command_news news = { .type = 0, .state = state };
	if ((client->states & 1u << state) == 0) return;
	memccpy(news.name, command->name, '\0', sizeof news.name - 1);
	send(client->fd, &news, sizeof news, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void command_tell(const struct command *command, int state) {
	for (size_t i = 0; i < COMMAND_CLIENTS; i++)
		if (command->clients[i].fd >= 0 && command->clients[i].holds == CLIENT_WAITING) tell(command, &command->clients[i], state);
}

/* Connections that end with the clean-up. Its ops may well reuse the memory of the name. */
static struct command leaving ROOM;
static bool has_leaving;

void command_close(struct command *command) {
	static char name[256];
	follow_all(command);
	cgroups_close(command);
	for (size_t i = 0; i < COMMAND_CLIENTS; i++) {
		struct client *client = &command->clients[i];
		if (client->fd < 0) continue;
		if (client->holds == CLIENT_WAITING) tell(command, client, STATE_STOPPING);
		else if (client->holds != CLIENT_STOPPING) drop(command, client);
	}
	command_farewell(true);
	leaving = *command;
	memccpy(name, command->name, '\0', sizeof name - 1);
	leaving.name = name;
	has_leaving = true;
	for (size_t i = 0; i < COMMAND_CLIENTS; i++) command->clients[i].fd = command->clients[i].given = -1;
}

void command_farewell(bool is_last) {
	for (size_t i = 0; has_leaving && i < COMMAND_CLIENTS; i++) {
		struct client *client = &leaving.clients[i];
		bool is_waiting = client->fd >= 0 && client->holds == CLIENT_WAITING;
		if (client->fd < 0 || (is_waiting && !is_last && (client->states & 1u << STATE_STOPPED) == 0)) continue;
		if (is_waiting) tell(&leaving, client, STATE_STOPPED);
		drop(&leaving, client);
	}
	if (is_last) has_leaving = false;
}

/* After a reboot those who wait for a state of the new run are its clients. */
void command_open(struct command *command) {
	for (size_t i = 0; i < COMMAND_CLIENTS; i++) {
		command->clients[i].fd = command->clients[i].given = -1;
		if (has_leaving) command->clients[i] = leaving.clients[i];
	}
	has_leaving = false;
}
