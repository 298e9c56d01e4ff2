/* Any bytes on the command socket: answered, refused or hung up on, never a crash and never a wait. */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "command.h"
#include "console.h"
#include "joint.h"

static unsigned char ring[64];
static struct console said = { .ring = ring, .ring_size = sizeof ring, .total = 100, .log = -1 };
static struct joint console = { .terminal = { .in = -1, .out = -1 }, .master = -1, .context = &said };
static char *answers[] = { "6:/cgroup", "7:key=value", "5:0x10", "6", ":", "7:", "odd" };
static char *places[] = { "1\nfreezer,cpu\n/nowhere\n/limit\n/limit/inner", "2\nmemory\n/nowhere\n/limit", "", "1\n" };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
	static struct command command;
	struct pollfd set[COMMAND_POLLS];
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0) abort(); /* a descriptor was lost on the way */
	command = (struct command){
		.listen = -1, .init = 42, .pidfd = -1, .stop_signal = SIGKILL, .name = "name", .lxcpath = "/path",
		.answers = answers, .answer_count = sizeof answers / sizeof *answers, .places = places, .place_count = sizeof places / sizeof *places, .events = -1,
		.console = &console, .ttys = { ends[1] }, .tty_count = 1,
	};
	command_open(&command);
	command.clients[0] = (struct client){ .fd = ends[0], .given = -1, .holds = -1 };
	/* In pieces of the size that the first byte says. */
	size_t piece = size > 0 ? bytes[0] + 1u : 1;
	for (size_t at = 1; at < size && command.clients[0].fd >= 0; at += piece) {
		size_t length = size - at < piece ? size - at : piece;
		if (send(ends[1], bytes + at, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) break;
		command_poll(&command, set);
		poll(set, COMMAND_POLLS, 0);
		command_work(&command, set);
		char sink[4096];
		while (recv(ends[1], sink, sizeof sink, MSG_DONTWAIT) > 0) continue;
	}
	command_close(&command);
	command_farewell(true);
	if (command.clients[0].fd >= 0) close(command.clients[0].fd);
	close(ends[1]);
	return 0;
}
