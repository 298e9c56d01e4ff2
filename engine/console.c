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

static int open_log(struct console *console)
{
	struct stat now;
	console->log = open(console->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	console->written = console->log >= 0 && fstat(console->log, &now) == 0 && S_ISREG(now.st_mode) ? now.st_size : 0;
	return console->log < 0 ? -1 : 0;
}

int console_open(struct console *console, size_t ring_size, const char *log_path)
{
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

static void start_over(struct console *console)
{
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
static void write_log(struct console *console, const unsigned char *bytes, size_t size)
{
	if (console->limit > 0 && console->written + (off_t)size > console->limit) start_over(console);
	if (console->log >= 0 && write_fully(console->log, bytes, size) == 0) console->written += (off_t)size;
}

void console_take(void *context, const void *taken, size_t size)
{
	struct console *console = context;
	const unsigned char *bytes = taken;
	if (console->log >= 0) write_log(console, bytes, size);
	if (size > console->ring_size) {
		bytes += size - console->ring_size;
		size = console->ring_size;
	}
	size_t first = console->ring_size - console->at < size ? console->ring_size - console->at : size;
	memcpy(console->ring + console->at, bytes, first);
	memcpy(console->ring, bytes + first, size - first);
	if (console->at + size >= console->ring_size) console->is_full = true;
	console->at = (console->at + size) % console->ring_size;
}

size_t console_last(const struct console *console, unsigned char *out, size_t size)
{
	size_t there = console->is_full ? console->ring_size : console->at;
	size_t count = there < size ? there : size;
	size_t from = (console->at + console->ring_size - count) % console->ring_size;
	for (size_t i = 0; i < count; i++) out[i] = console->ring[(from + i) % console->ring_size];
	return count;
}

void console_close(struct console *console)
{
	if (console->log >= 0) close(console->log);
	if (console->ring_size > DEFAULT_RING) munmap(console->ring, console->ring_size);
	console->log = -1;
}
