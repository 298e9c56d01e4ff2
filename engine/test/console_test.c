/* The console's ring wraps where it should, its log starts over at the limit, and any bytes become valid JSON. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "console.h"
#include "exit_record.h"

static char dir[] = "/tmp/berth-console-XXXXXX";
static const char *in_dir(const char *name) {
	static char path[2][128];
	static int turn;
	turn = !turn;
	snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
	return path[turn];
}

static size_t slurp(const char *path, char *out, size_t size) {
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, out, size - 1);
	assert(n >= 0);
	out[n] = '\0';
	if (fd >= 0) close(fd);
	return (size_t)n;
}

/* Every way of cutting a text in two pieces gives the same last bytes. */
static void ring_keeps_the_last_bytes(void) {
	enum { ALL = 10000, RING = 4096 };
	static unsigned char text[ALL], last[RING + 1];
	for (int i = 0; i < ALL; i++) text[i] = (unsigned char)(i * 31 + i / 251);
	for (size_t cut = 0; cut <= ALL; cut += 97) {
		struct console console;
		assert(console_open(&console, 0, "") == 0);
		console_take(&console, text, cut);
		size_t there = cut < RING ? cut : RING;
		assert(console_last(&console, last, sizeof last) == there);
		assert(memcmp(last, text + cut - there, there) == 0);
		console_take(&console, text + cut, ALL - cut);
		assert(console_last(&console, last, sizeof last) == RING);
		assert(memcmp(last, text + ALL - RING, RING) == 0);
		assert(console_last(&console, last, 10) == 10);
		assert(memcmp(last, text + ALL - 10, 10) == 0);
		console_close(&console);
	}
}

static void sizes(void) {
	struct console console;
	assert(console_open(&console, 1u << 20, "") == 0);
	unsigned char byte = 'x', last[4];
	for (int i = 0; i < (1 << 20) + 3; i++) console_take(&console, &byte, 1);
	assert(console.total == (1u << 20) + 3 && console_last(&console, last, sizeof last) == sizeof last);
	console_close(&console);
	assert(console_open(&console, (size_t)1 << 40, "") < 0);
	assert(console_open(&console, 0, "/nowhere/at/all") < 0);
}

static void log_has_a_limit(void) {
	char text[256];
	struct console console;
	assert(console_open(&console, 0, in_dir("log")) == 0);
	console.limit = 10;
	console_take(&console, "12345678", 8);
	console_take(&console, "abcd", 4);
	assert(slurp(in_dir("log"), text, sizeof text) == 4 && memcmp(text, "abcd", 4) == 0);
	console.is_rotated = true;
	console_take(&console, "1234567", 7);
	assert(slurp(in_dir("log"), text, sizeof text) == 7 && slurp(in_dir("log.1"), text, sizeof text) == 4);
	console_close(&console);
	assert(console_open(&console, 0, in_dir("log")) == 0 && console.written == 7); /* goes on where it was */
	console_close(&console);
}

static const char *record_of(const void *said, size_t size) {
	static char text[16384];
	struct console console;
	struct ending ending = { .number = 3 };
	assert(console_open(&console, 0, "") == 0);
	console_take(&console, said, size);
	assert(exit_record_write(in_dir("exit"), &ending, &console) == 0);
	console_close(&console);
	slurp(in_dir("exit"), text, sizeof text);
	return strstr(text, "\"console\":") + strlen("\"console\":");
}

static void any_bytes_become_json(void) {
	unsigned char all[256];
	for (int i = 0; i < 256; i++) all[i] = (unsigned char)i;
	assert(strcmp(record_of("a\"b\\c\r\n\t", 8), "\"a\\u0022b\\u005cc\\r\\n\\u0009\"}\n") == 0);
	assert(strcmp(record_of("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xb3", 9), "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xb3\"}\n") == 0);
	/* overlong, surrogate, beyond Unicode, cut off, a stray continuation */
	assert(strcmp(record_of("\xc0\x80", 2), "\"\\ufffd\\ufffd\"}\n") == 0);
	assert(strcmp(record_of("\xed\xa0\x80", 3), "\"\\ufffd\\ufffd\\ufffd\"}\n") == 0);
	assert(strcmp(record_of("\xf4\x90\x80\x80", 4), "\"\\ufffd\\ufffd\\ufffd\\ufffd\"}\n") == 0);
	assert(strcmp(record_of("\xe2\x82", 2), "\"\\ufffd\\ufffd\"}\n") == 0);
	assert(strcmp(record_of("\x80", 1), "\"\\ufffd\"}\n") == 0);
	for (int i = 0; i < 64; i++) record_of(all, sizeof all);
}

static void kills_are_counted(void) {
	FILE *file = fopen(in_dir("memory.events"), "w");
	fputs("low 0\nhigh 0\nmax 7\noom 1\noom_kill 0\noom_group_kill 4\n", file);
	fclose(file);
	assert(cgroup_oom_kills(dir) == 0);
	file = fopen(in_dir("memory.oom_control"), "w");
	fputs("oom_kill_disable 1\nunder_oom 0\noom_kill 2\n", file);
	fclose(file);
	assert(cgroup_oom_kills(dir) > 0 && cgroup_oom_kills("/nowhere") == 0);
}

int main(void) {
	assert(mkdtemp(dir) != NULL);
	ring_keeps_the_last_bytes();
	sizes();
	log_has_a_limit();
	any_bytes_become_json();
	kills_are_counted();
	const char *left[] = { "log", "log.1", "exit", "memory.events", "memory.oom_control" };
	for (size_t i = 0; i < sizeof left / sizeof *left; i++) assert(unlink(in_dir(left[i])) == 0);
	assert(rmdir(dir) == 0); /* no temporary file stayed behind */
	return 0;
}
