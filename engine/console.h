/* Owns what a container says on its console: the last bytes of it in a ring, all of it in a log file. */
#ifndef BERTH_CONSOLE_H
#define BERTH_CONSOLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct console {
	unsigned char *ring;
	size_t ring_size;
	uint64_t total;      /* bytes ever taken; the ring has the last of them */
	uint64_t consumed;   /* up to here CONSOLE_LOG has been read or cleared */
	int log;             /* -1: none */
	const char *path;    /* of the log */
	off_t written, limit; /* limit 0: none */
	bool is_rotated;     /* at the limit PATH becomes PATH.1; else it starts over */
};
/* 0, or -1 with errno: there is no memory for the ring, or the log cannot be opened. */
int console_open(struct console *console, size_t ring_size, const char *log_path);
void console_take(void *console, const void *bytes, size_t size);
/* What was said from *position on, at most `size` bytes; how many. What the ring has lost is passed over. */
size_t console_read(const struct console *console, uint64_t *position, unsigned char *out, size_t size);
/* The last bytes, at most `size`; how many. */
size_t console_last(const struct console *console, unsigned char *out, size_t size);
void console_close(struct console *console);
#endif
