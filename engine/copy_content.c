/* Owns how copyTree copies the bytes of a file: not at all where the file system lets two files have the same blocks. */
#include "kernel.h"
#include <string.h>
#include <sys/ioctl.h>
#include "copy.h"

#define SHARE_BLOCKS _IOW(0x94, 9, int) /* FICLONE */

/* 1 when both have the same blocks now. That it cannot be here is asked once for a device. */
static int share(struct worker *worker, int from, int to, const struct stat *is) {
	if (worker->is_plain && worker->device == is->st_dev) return 0;
	if (ioctl(to, SHARE_BLOCKS, from) == 0) return 1;
	worker->is_plain = errno == EOPNOTSUPP || errno == EXDEV || errno == ENOTTY || errno == ENOSYS;
	worker->device = is->st_dev;
	return 0;
}

static int write_all(int to, const char *bytes, size_t size, off_t at) {
	while (size > 0) {
		ssize_t put = pwrite(to, bytes, size, at);
		if (put < 0 && errno == EINTR) continue;
		if (put < 0) return -1;
		bytes += put;
		size -= (size_t)put;
		at += put;
	}
	return 0;
}

/* Up to `end`, or as far as there is something. */
static int copy_range(struct worker *worker, int from, int to, off_t at, off_t end) {
	while (at < end) {
		size_t most = end - at < COPY_BYTES ? (size_t)(end - at) : COPY_BYTES;
		ssize_t got = pread(from, worker->bytes, most, at);
		if (got < 0 && errno == EINTR) continue;
		if (got <= 0) return (int)got;
		if (write_all(to, worker->bytes, (size_t)got, at) < 0) return -1;
		at += got;
	}
	return 0;
}

static int copy_between_holes(struct worker *worker, int from, int to, off_t size) {
	for (off_t at = 0; at < size;) {
		off_t data = lseek(from, at, SEEK_DATA);
		if (data < 0 && errno == ENXIO) break;
		off_t hole = data < 0 ? -1 : lseek(from, data, SEEK_HOLE);
		if (data < 0 || hole < 0) { /* a file system that does not know */
			data = at;
			hole = size;
		}
		if (hole > size) hole = size;
		if (data < hole && copy_range(worker, from, to, data, hole) < 0) return -1;
		at = hole > at ? hole : size;
	}
	return ftruncate(to, size);
}

/* Files of /proc say nothing of their size. */
#define UNKNOWN_SIZE ((off_t)1 << 62)

int copy_content(struct worker *worker, int from, int to, const struct stat *is) {
	if (is->st_size == 0) return copy_range(worker, from, to, 0, UNKNOWN_SIZE);
	if (share(worker, from, to, is)) return 0;
	if (is->st_blocks * 512 < is->st_size) return copy_between_holes(worker, from, to, is->st_size);
	return copy_range(worker, from, to, 0, is->st_size);
}
