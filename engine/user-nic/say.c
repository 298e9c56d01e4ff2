/* Owns what it says: lines on stderr, of its own name, when nothing is held any more: a caller who does not read must not
 * make others wait for the database. */
#define _GNU_SOURCE
#include "say.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "caller.h"

#define ROOM 4096
static char kept[ROOM];

static void keep(const char *format, va_list words) {
	size_t from = strlen(kept);
	if (from + 64 > sizeof kept) return; /* four lines are enough */
	int size = snprintf(kept + from, sizeof kept - from - 1, "lxc-user-nic: ");
	vsnprintf(kept + from + size, sizeof kept - from - 1 - (size_t)size, format, words);
	/* words of the caller are in it: nothing that a terminal would obey */
	for (char *at = kept + from; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f) *at = '?';
	strcat(kept, "\n");
}

bool complain(const char *format, ...) {
	va_list words;
	va_start(words, format);
	keep(format, words);
	va_end(words);
	return false;
}

void say_all(void) {
	close_from(3);
	if (kept[0] != '\0' && write(2, kept, strlen(kept)) < 0) return; /* nobody listens */
	kept[0] = '\0';
}

void die(const char *format, ...) {
	va_list words;
	va_start(words, format);
	keep(format, words);
	va_end(words);
	say_all();
	_exit(1);
}
