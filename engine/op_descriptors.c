/* Owns the ops on descriptors: open, close, dup, closeInherited, lock. */
#include "kernel.h"
#include "op.h"

int do_open(struct run *run, const struct op *op) {
	unsigned mode = has(op, OPEN_MODE) ? (unsigned)num(op, OPEN_MODE) : 0644;
	int fd = open_at(run, op, OPEN_AT, text(run, op, OPEN_PATH), open_flags(num(op, OPEN_FLAGS)), mode);
	return fd < 0 ? -1 : slot_put(run, op, OPEN_INTO, SLOT_FD, fd);
}

int do_close(struct run *run, const struct op *op) {
	struct slot *slot = &run->slots[num(op, CLOSE_SLOT)];
	if (slot->kind == SLOT_NUMBER && slot->channel >= 0) {
		close(slot->channel);
		slot->channel = -1;
		return 0;
	}
	int fd = slot_fd(run, op, CLOSE_SLOT);
	if (fd < 0) return -1;
	slot->kind = SLOT_EMPTY;
	return close(fd);
}

int do_dup(struct run *run, const struct op *op) {
	int fd = slot_fd(run, op, DUP_SLOT), to = (int)num(op, DUP_FD);
	if (fd < 0) return -1;
	if (fd == to) return fcntl(fd, F_SETFD, 0);
	if (vacate(run, to) < 0) return -1;
	return dup3(fd, to, 0) < 0 ? -1 : 0;
}

int do_close_inherited(struct run *run, const struct op *op) {
	size_t count;
	const uint32_t *except = num_list(run, op, CLOSE_INHERITED_EXCEPT, &count);
	for (size_t i = 0; i < run->inherited_count; i++) {
		size_t kept = 0;
		while (kept < count && except[kept] != (uint32_t)run->inherited[i]) kept++;
		if (kept == count) close(run->inherited[i]);
	}
	/* Who reads them would wait for the end of this process. */
	if (num(op, CLOSE_INHERITED_QUIET) && run->events >= 0) { close(run->events); run->events = -1; }
	return 0;
}

int do_lock(struct run *run, const struct op *op) {
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(text(run, op, LOCK_PATH), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) return -1;
	int result;
	do result = fcntl(fd, num(op, LOCK_NOWAIT) ? F_OFD_SETLK : F_OFD_SETLKW, &whole);
	while (result < 0 && errno == EINTR);
	return result == 0 ? slot_put(run, op, LOCK_INTO, SLOT_FD, fd) : closing(fd, -1);
}
