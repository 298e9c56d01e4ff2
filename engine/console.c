/* Owns the console's ring and log. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "console.h"
#include "frames.h"

#define DEFAULT_RING 4096
#define MAX_RING (64u << 20)

static int open_log(struct console *console) {
	struct stat now;
	console->log = open(console->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	console->written = console->log >= 0 && fstat(console->log, &now) == 0 && S_ISREG(now.st_mode) ? now.st_size : 0;
	return console->log < 0 ? -1 : 0;
}

int console_open(struct console *console, size_t ring_size, const char *log_path) {
	static unsigned char small[DEFAULT_RING];
	*console = (struct console){ .ring = small, .ring_size = DEFAULT_RING, .log = -1, .path = log_path };
	if (ring_size > MAX_RING) { errno = EINVAL; return -1; }
	if (ring_size > DEFAULT_RING) {
		console->ring = mmap(NULL, ring_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (console->ring == MAP_FAILED) return -1;
		console->ring_size = ring_size;
	}
	return log_path[0] == '\0' ? 0 : open_log(console);
}

static void start_over(struct console *console) {
	char old[PATH_MAX];
	if (!console->is_rotated || (size_t)snprintf(old, sizeof old, "%s.1", console->path) >= sizeof old) {
		if (ftruncate(console->log, 0) == 0) console->written = 0;
		return;
	}
	close(console->log);
	rename(console->path, old);
	open_log(console);
}

/* A full disk must not stop the container, nor what comes when there is room again. */
static void write_log(struct console *console, const unsigned char *bytes, size_t size) {
	if (console->limit > 0 && console->written + (off_t)size > console->limit) start_over(console);
	if (console->log >= 0 && write_fully(console->log, bytes, size) == 0) console->written += (off_t)size;
}

void console_take(void *context, const void *taken, size_t size) {
	struct console *console = context;
	const unsigned char *bytes = taken;
	if (console->log >= 0) write_log(console, bytes, size);
	for (size_t done = 0; done < size;) {
		size_t at = (size_t)(console->total % console->ring_size), room = console->ring_size - at;
		size_t part = size - done < room ? size - done : room;
		memcpy(console->ring + at, bytes + done, part);
		console->total += part;
		done += part;
	}
}

size_t console_read(const struct console *console, uint64_t *position, unsigned char *out, size_t size) {
	uint64_t oldest = console->total > console->ring_size ? console->total - console->ring_size : 0;
	if (*position < oldest) *position = oldest;
	size_t count = 0;
	for (; count < size && *position + count < console->total; count++) out[count] = console->ring[(*position + count) % console->ring_size];
	return count;
}

size_t console_last(const struct console *console, unsigned char *out, size_t size) {
	uint64_t from = console->total > size ? console->total - size : 0;
	return console_read(console, &from, out, size);
}

void console_close(struct console *console) {
	if (console->log >= 0) close(console->log);
	if (console->ring_size > DEFAULT_RING) munmap(console->ring, console->ring_size);
	console->log = -1;
}
