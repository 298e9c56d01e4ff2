/* Owns the answers of the command socket: numbers travel in the pointer field, texts behind the reply. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>
#include "cgroups.h"
#include "command_answer.h"
#include "console.h"
#include "joint.h"
#include "room.h"
#include "seccomp_notify.h"

/* Never blocks: a reply is far smaller than a socket's buffer, and a client that does not read is dropped. */
int reply_descriptors(const struct client *client, struct command_reply head, const void *data, struct descriptors given) {
	union { struct cmsghdr head; char room[CMSG_SPACE(20 * sizeof(int))]; } control = { 0 };
	struct iovec parts[2] = { { &head, sizeof head }, { (void *)(uintptr_t)data, (size_t)head.length } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = data == NULL ? 1 : 2 };
	ssize_t size = (ssize_t)sizeof head + (data == NULL ? 0 : head.length);
	if (given.count > 0) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_LEN(given.count * sizeof(int));
		control.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(given.count * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.head), given.fds, given.count * sizeof(int));
	}
	return sendmsg(client->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == size ? 0 : -1;
}

int reply(const struct client *client, struct command_reply head, const void *data) { return reply_descriptors(client, head, data, (struct descriptors){ NULL, 0 }); }
int reply_error(const struct client *client, int error) { return reply(client, (struct command_reply){ .result = -error }, NULL); }
static int reply_number(const struct client *client, uint64_t value) { return reply(client, (struct command_reply){ .value = value }, NULL); }
int reply_text(const struct client *client, const char *text) { return reply(client, (struct command_reply){ .length = (int32_t)strlen(text) + 1 }, text); }
static int reply_descriptor(const struct client *client, int fd, uint64_t value) {
	return reply_descriptors(client, (struct command_reply){ .value = value }, NULL, (struct descriptors){ &fd, 1 });
}

/* What the plan said beforehand: of `CMD:KEY=VALUE` the value for this key, of `CMD:VALUE` the value. */
static const char *prepared(const struct command *command, int kind, const char *key) {
	size_t key_size = strlen(key);
	for (size_t i = 0; i < command->answer_count; i++) {
		char *value;
		if (strtol(command->answers[i], &value, 10) != kind || *value++ != ':') continue;
		if (kind != COMMAND_GET_CONFIG_ITEM && strchr(value, '=') == NULL) return value;
		if (strncmp(value, key, key_size) == 0 && value[key_size] == '=') return value + key_size + 1;
	}
	return NULL;
}

static bool is_taken(const struct command *command, int tty) {
	for (size_t i = 0; i < COMMAND_CLIENTS; i++)
		if (command->clients[i].fd >= 0 && command->clients[i].holds == tty) return true;
	return false;
}

/* Those who stay connected leave room for questions and for a stop. */
bool command_is_crowded(const struct command *command) {
	size_t staying = 0;
	for (size_t i = 0; i < COMMAND_CLIENTS; i++) staying += command->clients[i].fd >= 0 && command->clients[i].holds >= 0;
	return staying + 2 >= COMMAND_CLIENTS;
}

/* The console keeps its one reader, the monitor: a client gets a pty of its own, joined to it. */
static int give_console(struct command *command, struct client *client) {
	struct terminal *terminal = &command->console->terminal;
	struct termios raw;
	if (command->console->master < 0) return reply_error(client, ENXIO);
	if (terminal->in >= 0 || terminal->out >= 0) return reply_error(client, EBUSY);
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), unlocked = 0;
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) < 0) {
		if (master >= 0) close(master);
		return reply_error(client, EMFILE);
	}
	terminal->in = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	terminal->out = fcntl(terminal->in, F_DUPFD_CLOEXEC, 3);
	if (tcgetattr(terminal->in, &raw) == 0) {
		cfmakeraw(&raw);
		tcsetattr(terminal->in, TCSANOW, &raw);
	}
	command->console->is_lossy = true;
	client->holds = CLIENT_CONSOLE;
	int result = reply_descriptor(client, master, 0);
	close(master);
	return result;
}

/* 0: the console, -1: the first that is free. */
static int give_tty(struct command *command, struct client *client, int wanted) {
	if (command_is_crowded(command)) return reply_error(client, EBUSY);
	if (wanted == 0) return give_console(command, client);
	for (size_t i = 0; i < command->tty_count; i++) {
		int number = (int)i + 1;
		if ((wanted > 0 && wanted != number) || is_taken(command, (int)i)) continue;
		client->holds = (int)i;
		return reply_descriptor(client, command->ttys[i], (uint64_t)number);
	}
	return reply_error(client, wanted > (int)command->tty_count ? EINVAL : EBUSY);
}

static int stop(struct command *command, struct client *client) {
	if (command->asked == 0) command->asked = ASKED_BY_USER;
	if (syscall(SYS_pidfd_send_signal, command->pidfd, command->stop_signal, NULL, 0) < 0) return reply_error(client, errno);
	if (cgroups_state(command) != STATE_RUNNING) cgroups_freeze(command, false); /* of v1: a frozen process does not even die */
	/* no reply: the end of the connection is one */
	if (command_is_crowded(command)) return -1;
	client->holds = CLIENT_STOPPING;
	return 0;
}

/* Whoever wants it to end says so first: a restart policy is about other ends. */
static int end_asked(struct command *command, const struct client *client, uint64_t who) {
	if (who > ASKED_BY_HOST) return reply_error(client, EINVAL);
	command->asked = (int)who;
	return reply_number(client, 0);
}

/* Told at once when it is so, else when it comes to be so. */
static int add_state_client(const struct command *command, struct client *client, const struct command_request *request, const char *data) {
	int32_t wanted[STATES];
	if (command_is_crowded(command)) return reply_error(client, EBUSY);
	if (request->length != sizeof wanted) return reply_error(client, EINVAL);
	memcpy(wanted, data, sizeof wanted);
	client->states = 0;
	for (unsigned i = 0; i < STATES; i++) client->states |= wanted[i] != 0 ? 1u << i : 0;
	/* Who asks for a state by another number than 1 wants its next time, as lxc-stop -r does for RUNNING. */
	int now = cgroups_state(command), result = wanted[now] == 1 ? now : STATES;
	if (result == STATES) client->holds = CLIENT_WAITING;
	return reply(client, (struct command_reply){ .result = result, .value = (uint64_t)result }, NULL);
}

/* LXC's tools freeze it themselves and say so. What they say is looked at, not believed. */
static int serve_clients(struct command *command, const struct client *client, int state) {
	if (state == STATE_FREEZING) command_tell(command, STATE_FREEZING);
	cgroups_look(command);
	return reply_number(client, 0);
}

static struct console *log_of(const struct command *command) { return command->console->context; }

/* A client that does not read is sent no more, and the ring goes on without it: the position tells what it has missed. */
int command_follow(const struct command *command, struct client *client) {
	unsigned char chunk[2048];
	for (size_t n; (n = console_read(log_of(command), &client->position, chunk, sizeof chunk)) > 0; client->position += n)
		if (reply(client, (struct command_reply){ .length = (int32_t)n, .value = client->position }, (const char *)chunk) < 0) return errno == EAGAIN ? 0 : -1;
	return 0;
}

static int follow(const struct command *command, struct client *client, uint64_t position) {
	if (command_is_crowded(command)) return reply_error(client, EBUSY);
	client->position = position;
	client->holds = CLIENT_FOLLOWING;
	return command_follow(command, client);
}

/* As in LXC what was read once is not read again. */
static int console_log(const struct command *command, const struct client *client, const struct command_request *request, const char *data) {
	static unsigned char all[128u << 10] ROOM __attribute__((aligned(4096))); /* no memory before and after its use */
	struct console *console = log_of(command);
	struct console_request wish = { 0 };
	if (request->length < (int32_t)sizeof wish) return reply_error(client, EINVAL);
	memcpy(&wish, data, sizeof wish);
	size_t most = wish.most > 0 && wish.most < sizeof all ? (size_t)wish.most : sizeof all;
	size_t n = wish.is_read == 0 ? 0 : console_read(console, &console->consumed, all, most);
	int result = wish.is_read != 0 && n == 0 ? reply_error(client, ENODATA) : reply(client, (struct command_reply){ .length = (int32_t)n }, (const char *)all);
	console->consumed = wish.is_clear != 0 ? console->total : console->consumed + n;
	madvise(all, sizeof all, MADV_DONTNEED);
	return result;
}

/* The size of the client's terminal is the size of its pty: the console's own follows. */
static int winch(const struct command *command, const struct client *client) {
	if (command->console->master >= 0) terminal_size_to(&command->console->terminal, command->console->master);
	return reply_number(client, 0);
}

static int add_listener(struct client *client) {
	int fd = client->given;
	client->given = -1;
	if (fd < 0) return reply_error(client, EBADF);
	if (notify_add(fd) == 0) return reply_number(client, 0);
	int error = errno;
	close(fd);
	return reply_error(client, error);
}

int command_answer(struct command *command, struct client *client, const struct command_request *request, const char *data) {
	const char *text;
	switch (request->kind) {
	case COMMAND_GET_TTY_FD: return give_tty(command, client, (int)request->value);
	case COMMAND_TERMINAL_WINCH: return winch(command, client);
	case COMMAND_CONSOLE_LOG: return console_log(command, client, request, data);
	case COMMAND_FOLLOW_CONSOLE: return follow(command, client, request->value);
	case COMMAND_END_ASKED: return end_asked(command, client, request->value);
	case COMMAND_STOP: return stop(command, client);
	case COMMAND_GET_STATE: return reply_number(client, (uint64_t)cgroups_state(command)); /* before init runs and after its end nobody answers */
	case COMMAND_SERVE_STATE_CLIENTS: return serve_clients(command, client, (int)request->value);
	case COMMAND_ADD_STATE_CLIENT: return add_state_client(command, client, request, data);
	case COMMAND_GET_INIT_PID: return reply_number(client, (uint64_t)command->init);
	case COMMAND_GET_INIT_PIDFD: return reply_descriptor(client, command->pidfd, 0);
	case COMMAND_ADD_LISTENER: return add_listener(client);
	case COMMAND_GET_SECCOMP_NOTIFY_FD: return notify_listener() < 0 ? reply_error(client, EINVAL) : reply_descriptor(client, notify_listener(), 0);
	case COMMAND_GET_DEVPTS_FD: return command->devpts < 0 ? reply_error(client, EBADF) : reply_descriptor(client, command->devpts, 0);
	case COMMAND_GET_NAME: return reply_text(client, command->name);
	case COMMAND_GET_LXCPATH: return reply_text(client, command->lxcpath);
	case COMMAND_GET_CLONE_FLAGS:
		text = prepared(command, request->kind, "");
		return text == NULL ? reply_error(client, ENOSYS) : reply_number(client, strtoull(text, NULL, 0));
	default:
		text = prepared(command, request->kind, data);
		if (text != NULL) return reply_text(client, text);
		return request->kind == COMMAND_GET_CONFIG_ITEM ? reply(client, (struct command_reply){ .result = -1 }, NULL) : cgroups_answer(command, client, request, data);
	}
}
