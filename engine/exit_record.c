/* Owns the exit record's text. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "command.h"
#include "exit_record.h"
#include "frames.h"

#define CONSOLE_KEPT 2048

/* Length of the valid UTF-8 sequence at `s`, 0 when there is none. Overlong forms and surrogates are none. */
static size_t utf8_length(const unsigned char *s, size_t left) {
	size_t length = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
	if (length > left) return 0;
	for (size_t i = 1; i < length; i++)
		if ((s[i] & 0xc0) != 0x80) return 0;
	if (length == 3 && ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f))) return 0;
	if (length == 4 && ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))) return 0;
	return length;
}

/* At most 6 bytes for each of `text`. */
static size_t escape(char *out, const unsigned char *text, size_t size) {
	size_t used = 0;
	/* The ring may begin in the middle of a character. */
	for (size_t at = 0; at < size;) {
		size_t length = utf8_length(text + at, size - at);
		if (length == 0) {
			used += (size_t)sprintf(out + used, "\\ufffd");
			at++;
		} else if (text[at] == '\n' || text[at] == '\r') {
			used += (size_t)sprintf(out + used, text[at] == '\n' ? "\\n" : "\\r");
			at++;
		} else if (length == 1 && (text[at] < 0x20 || text[at] == '"' || text[at] == '\\' || text[at] == 0x7f)) {
			used += (size_t)sprintf(out + used, "\\u%04x", text[at++]);
		} else {
			memcpy(out + used, text + at, length);
			used += length;
			at += length;
		}
	}
	return used;
}

static int write_whole(const char *path, const char *bytes, size_t size) {
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0) return -1;
	int result = write_fully(fd, bytes, size), error = errno;
	if (close(fd) < 0 && result == 0) return -1;
	errno = error;
	return result;
}

int exit_record_write(const char *path, const struct ending *ending, const struct console *console) {
	unsigned char last[CONSOLE_KEPT];
	char json[6 * CONSOLE_KEPT + 256], temporary[PATH_MAX];
	size_t used = (size_t)snprintf(json, sizeof json, "{\"%s\":%d,\"wasOom\":%s,\"oomKills\":%ld,\"at\":%lld,\"target\":\"%s\",%s\"console\":\"",
		ending->is_signal ? "signal" : "code", ending->number, ending->was_oom ? "true" : "false", ending->oom_kills, (long long)time(NULL),
		ending->is_reboot ? "reboot" : "stop",
		ending->asked == ASKED_BY_USER ? "\"asked\":\"user\"," : ending->asked == ASKED_BY_HOST ? "\"asked\":\"host\"," : "");
	used += escape(json + used, last, console_last(console, last, sizeof last));
	memcpy(json + used, "\"}\n", 3);
	used += 3;
	if ((size_t)snprintf(temporary, sizeof temporary, "%s.new", path) >= sizeof temporary) { errno = ENAMETOOLONG; return -1; }
	if (write_whole(temporary, json, used) < 0 || rename(temporary, path) < 0) {
		int error = errno;
		unlink(temporary);
		errno = error;
		return -1;
	}
	return 0;
}

static long kills_in(const char *dir, const char *name) {
	char path[PATH_MAX], text[1024];
	if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path) return 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return 0;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	const char *found = strstr(text, "oom_kill ");
	return found == NULL ? 0 : atol(found + strlen("oom_kill "));
}

long cgroup_oom_kills(const char *dir) { return kills_in(dir, "memory.events") + kills_in(dir, "memory.oom_control"); }
