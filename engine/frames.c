/* Owns reading and writing frames, and the key=value entries of a request. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "frames.h"

int read_fully(int fd, void *bytes, size_t size) {
	for (size_t done = 0; done < size;) {
		ssize_t n = read(fd, (char *)bytes + done, size - done);
		if (n < 0 && errno == EINTR) continue;
		if (n == 0) errno = 0;
		if (n <= 0) return -1;
		done += (size_t)n;
	}
	return 0;
}

int write_fully(int fd, const void *bytes, size_t size) {
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, (const char *)bytes + done, size - done);
		if (n < 0 && errno == EAGAIN) poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		else if (n < 0 && errno != EINTR) return -1;
		else if (n > 0) done += (size_t)n;
	}
	return 0;
}

int send_fully(int fd, const void *bytes, size_t size) {
	for (size_t done = 0; done < size;) {
		ssize_t n = send(fd, (const char *)bytes + done, size - done, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR) return -1;
		if (n > 0) done += (size_t)n;
	}
	return 0;
}

int frame_head_read(int fd, struct frame_head *head) {
	ssize_t n;
	do n = read(fd, head, sizeof *head); while (n < 0 && errno == EINTR);
	if (n <= 0) return (int)n;
	if ((size_t)n < sizeof *head && read_fully(fd, (char *)head + n, sizeof *head - (size_t)n) < 0) return -1;
	return 1;
}

void entry_add(struct entries *entries, const char *key, const void *value, size_t size) {
	size_t key_size = strlen(key);
	uint32_t length = (uint32_t)(key_size + size);
	if (entries->base != NULL) {
		if (entries->room - entries->used < sizeof length + length) return;
		unsigned char *at = entries->base + entries->used;
		memcpy(at, &length, sizeof length);
		memcpy(at + sizeof length, key, key_size);
		if (size > 0) memcpy(at + sizeof length + key_size, value, size);
	}
	entries->used += sizeof length + length;
	entries->count++;
}

void entry_text(struct entries *entries, const char *key, const char *value) { entry_add(entries, key, value, strlen(value)); }

void entry_number(struct entries *entries, const char *key, unsigned long value) {
	char digits[24];
	snprintf(digits, sizeof digits, "%lu", value);
	entry_text(entries, key, digits);
}
