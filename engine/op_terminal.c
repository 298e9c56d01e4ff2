/* Owns the ops on terminals: openPty, controllingTty. */
#include "kernel.h"
#include <sys/ioctl.h>
#include <termios.h>
#include "op.h"
#include "terminal.h"

#define PEER_OF _IO('T', 0x41) /* TIOCGPTPEER */

static void copy_size(int master) {
	struct winsize size;
	for (int fd = 0; fd <= 2; fd++)
		if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
			ioctl(master, TIOCSWINSZ, &size);
			return;
		}
}

int do_open_pty(struct run *run, const struct op *op) {
	int locked = 0;
	int master = open_at(run, op, OPEN_PTY_AT, text(run, op, OPEN_PTY_PATH), O_RDWR | O_NOCTTY, 0);
	if (master < 0) return -1;
	int peer = ioctl(master, TIOCSPTLCK, &locked) < 0 ? -1 : ioctl(master, PEER_OF, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (peer < 0) return closing(master, -1);
	uint32_t size = (uint32_t)num(op, OPEN_PTY_SIZE);
	if (size != 0) terminal_set_size(master, size);
	else copy_size(master);
	slot_put(run, op, OPEN_PTY_MASTER, SLOT_FD, master);
	return slot_put(run, op, OPEN_PTY_PEER, SLOT_FD, peer);
}

int do_controlling_tty(struct run *run, const struct op *op) {
	int fd = slot_fd(run, op, CONTROLLING_TTY_TTY);
	return fd < 0 ? -1 : ioctl(fd, TIOCSCTTY, 0);
}
