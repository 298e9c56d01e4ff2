/* Owns the two flows between a terminal and a pty master. A terminal that hangs up is not written to
 * any more, but the master is still read: the program on the other side must not block on it. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "frames.h"
#include "joint.h"

void joint_open(struct joint *joint, int master) {
	joint->master = master;
	joint->keys.begin = joint->keys.end = joint->screen.begin = joint->screen.end = 0;
	joint->terminal = (struct terminal){ .in = -1, .out = -1 };
	joint->is_lossy = joint->is_stuck = joint->has_escaped = joint->is_left = false;
	joint->escape = 0;
	if (master >= 0) fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK);
}

void joint_terminal(struct joint *joint, bool is_stdio) {
	if (is_stdio) terminal_stdio(&joint->terminal);
	else terminal_open(&joint->terminal);
	terminal_raw(&joint->terminal);
	terminal_size_to(&joint->terminal, joint->master);
}

void joint_close(struct joint *joint) { terminal_close(&joint->terminal); }

static bool is_empty(const struct flow *flow) { return flow->begin == flow->end; }

/* Only into an empty flow: what is read has to be written before more is asked for. -1: no more will come. The first byte stays free. */
static ssize_t take(struct flow *flow, int fd) {
	ssize_t n = read(fd, flow->bytes + 1, sizeof flow->bytes - 1);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
	if (n <= 0) return -1;
	flow->begin = 1;
	flow->end = (unsigned short)(n + 1);
	return n;
}

/* The escape twice is one; before any other key than q it is itself, late. */
static void look_for_escape(struct joint *joint) {
	struct flow *keys = &joint->keys;
	unsigned char *out = keys->bytes;
	for (unsigned short i = keys->begin; i < keys->end && !joint->is_left; i++) {
		unsigned char key = keys->bytes[i];
		bool is_first = key == joint->escape && !joint->has_escaped;
		joint->is_left = joint->has_escaped && key == 'q';
		if (joint->has_escaped && key != joint->escape && !joint->is_left) *out++ = joint->escape;
		if (!is_first && !joint->is_left) *out++ = key;
		joint->has_escaped = is_first;
	}
	keys->begin = 0;
	keys->end = (unsigned short)(out - keys->bytes);
}

/* false: nobody takes it any more. */
static bool give(struct flow *flow, int fd) {
	while (!is_empty(flow)) {
		ssize_t n = write(fd, flow->bytes + flow->begin, (size_t)(flow->end - flow->begin));
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
		if (n < 0) { flow->begin = flow->end; return false; }
		flow->begin = (unsigned short)(flow->begin + n);
	}
	return true;
}

static void give_screen(struct joint *joint) {
	if (is_empty(&joint->screen)) return;
	if (joint->terminal.out < 0) joint->screen.begin = joint->screen.end;
	else if (!give(&joint->screen, joint->terminal.out)) {
		close(joint->terminal.out);
		joint->terminal.out = -1;
	}
	joint->is_stuck = joint->is_stuck && !is_empty(&joint->screen);
	if (joint->is_stuck) joint->screen.begin = joint->screen.end;
}

bool joint_waits(const struct joint *joint) { return joint->is_lossy && !is_empty(&joint->screen); }

void joint_give_up(struct joint *joint) {
	joint->is_stuck = true;
	joint->screen.begin = joint->screen.end;
}

static ssize_t take_screen(struct joint *joint) {
	ssize_t n = take(&joint->screen, joint->master);
	if (n > 0 && joint->copy != NULL) joint->copy(joint->context, joint->screen.bytes + 1, (size_t)n);
	return n;
}

void joint_poll(struct joint *joint, struct pollfd set[JOINT_POLLS]) {
	bool wants_keys = is_empty(&joint->keys), wants_screen = is_empty(&joint->screen);
	short master = (short)((wants_screen ? POLLIN : 0) | (wants_keys ? 0 : POLLOUT));
	set[JOINT_IN] = (struct pollfd){ .fd = wants_keys ? joint->terminal.in : -1, .events = POLLIN };
	set[JOINT_OUT] = (struct pollfd){ .fd = wants_screen ? -1 : joint->terminal.out, .events = POLLOUT };
	/* Not asked for anything it would still report a hang-up, again and again. */
	set[JOINT_MASTER] = (struct pollfd){ .fd = master == 0 ? -1 : joint->master, .events = master };
}

/* Its keys have ended: if it has hung up, nobody looks at its screen either. */
static void end_keys(struct terminal *terminal) {
	struct pollfd screen = { .fd = terminal->out };
	close(terminal->in);
	terminal->in = -1;
	terminal->is_raw = false;
	if (poll(&screen, 1, 0) <= 0 || (screen.revents & (POLLHUP | POLLERR)) == 0) return;
	close(terminal->out);
	terminal->out = -1;
}

void joint_work(struct joint *joint, const struct pollfd set[JOINT_POLLS]) {
	ssize_t keys = set[JOINT_IN].revents == 0 ? 0 : take(&joint->keys, joint->terminal.in);
	if (keys > 0 && joint->escape != 0) look_for_escape(joint);
	if (keys < 0) end_keys(&joint->terminal);
	if (!is_empty(&joint->keys) && joint->master >= 0) give(&joint->keys, joint->master);
	if (set[JOINT_MASTER].revents != 0 && is_empty(&joint->screen) && take_screen(joint) < 0) joint->master = -1;
	give_screen(joint);
}

/* Here it may block: the other side is gone, and nothing else is left to do. */
void joint_drain(struct joint *joint, size_t most) {
	for (size_t total = 0; joint->master >= 0;) {
		struct flow *screen = &joint->screen;
		if (!is_empty(screen) && joint->terminal.out >= 0) write_fully(joint->terminal.out, screen->bytes + screen->begin, (size_t)(screen->end - screen->begin));
		screen->begin = screen->end;
		ssize_t n = total < most ? take_screen(joint) : -1;
		if (n <= 0) return;
		total += (size_t)n;
	}
}
