/* Owns the caller's terminal. Keys come from stdin when it is a terminal, else from the controlling
 * one (`cat file | lxc-attach -- less`); bytes go to the first of stdout, stderr and that one. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "terminal.h"

/* A description of our own: O_NONBLOCK on the caller's would reach every process that shares it. A file keeps its own: it has the offset. */
static int own_copy(int fd) {
	char path[40];
	struct stat file;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int copy = fstat(fd, &file) == 0 && S_ISREG(file.st_mode) ? -1 : open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return copy >= 0 ? copy : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

void terminal_open(struct terminal *terminal) {
	int out = isatty(STDOUT_FILENO) ? STDOUT_FILENO : isatty(STDERR_FILENO) ? STDERR_FILENO : -1;
	*terminal = (struct terminal){ .in = -1, .out = -1 };
	terminal->in = isatty(STDIN_FILENO) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (out < 0) terminal->out = open("/dev/tty", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (terminal->out < 0) terminal->out = own_copy(out < 0 ? STDOUT_FILENO : out);
}

void terminal_stdio(struct terminal *terminal) { *terminal = (struct terminal){ .in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), .out = own_copy(STDOUT_FILENO) }; }

void terminal_raw(struct terminal *terminal) {
	struct termios raw;
	if (terminal->in < 0 || tcgetattr(terminal->in, &raw) < 0) return;
	if (!terminal->is_raw) terminal->cooked = raw;
	cfmakeraw(&raw);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	/* What was typed ahead is kept: no TCSAFLUSH. */
	terminal->is_raw = tcsetattr(terminal->in, TCSANOW, &raw) == 0;
}

void terminal_restore(struct terminal *terminal) {
	if (terminal->is_raw) tcsetattr(terminal->in, TCSANOW, &terminal->cooked);
	terminal->is_raw = false;
}

void terminal_close(struct terminal *terminal) {
	terminal_restore(terminal);
	if (terminal->in >= 0) close(terminal->in);
	if (terminal->out >= 0) close(terminal->out);
	terminal->in = terminal->out = -1;
}

bool terminal_set_size(int master, uint32_t size) {
	struct winsize wanted = { .ws_row = (unsigned short)(size >> 16), .ws_col = (unsigned short)size };
	return ioctl(master, TIOCSWINSZ, &wanted) == 0;
}

void terminal_size_to(const struct terminal *terminal, int master) {
	struct winsize size;
	bool is_known = (terminal->in >= 0 && ioctl(terminal->in, TIOCGWINSZ, &size) == 0) || ioctl(terminal->out, TIOCGWINSZ, &size) == 0;
	if (is_known && size.ws_row > 0 && size.ws_col > 0) ioctl(master, TIOCSWINSZ, &size);
}
