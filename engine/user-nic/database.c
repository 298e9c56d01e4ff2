/* Owns /run/lxc/nics, which interfaces exist: `OWNER veth BRIDGE NIC`, one a line. Debian's lxc-user-nic may share it. */
#define _GNU_SOURCE
#include "database.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum word { OWNER, TYPE, BRIDGE, NIC, WORDS };

size_t database_alive(char *text, bool (*is_there)(const char *nic), char *out) {
	char *rest = text, *line, *words[WORDS + 1];
	size_t size = 0;
	while ((line = next_line(&rest)) != NULL) {
		if (words_of(line, words, WORDS + 1) != WORDS || !is_link_name(words[NIC]) || !is_there(words[NIC])) continue;
		/* never longer than the line was, but for its end */
		size += (size_t)sprintf(out + size, "%s %s %s %s\n", words[OWNER], words[TYPE], words[BRIDGE], words[NIC]);
	}
	out[size] = '\0';
	return size;
}

static bool begins(const char *line, const char *owner, const char *bridge, const char **rest) {
	size_t size = strlen(owner), width = strlen(bridge);
	if (strncmp(line, owner, size) != 0 || strncmp(line + size, " veth ", 6) != 0) return false;
	line += size + 6;
	if (strncmp(line, bridge, width) != 0 || line[width] != ' ') return false;
	*rest = line + width + 1;
	return true;
}

unsigned database_count(const char *text, const char *owner, const char *bridge) {
	unsigned count = 0;
	const char *rest;
	for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') count += begins(text, owner, bridge, &rest);
	return count;
}

bool database_has(const char *text, const struct entry *entry) {
	const char *rest;
	size_t size = strlen(entry->nic);
	for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n')
		if (begins(text, entry->owner, entry->bridge, &rest) && strncmp(rest, entry->nic, size) == 0 && rest[size] == '\n') return true;
	return false;
}

int database_open(void) {
	struct stat folder, file;
	if (mkdir(DATABASE_FOLDER, 0755) < 0 && errno != EEXIST) return -1;
	/* who else could write there could put another file in its place */
	if (lstat(DATABASE_FOLDER, &folder) < 0) return -1;
	if (!S_ISDIR(folder.st_mode) || folder.st_uid != 0 || (folder.st_mode & S_IWOTH) != 0) {
		errno = EPERM;
		return -1;
	}
	int fd = open(DATABASE_PATH, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	if (fd < 0) return -1;
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_uid == 0 && fcntl(fd, F_SETLKW, &lock) == 0) return fd;
	int error = errno == 0 ? EPERM : errno;
	close(fd);
	errno = error;
	return -1;
}

int database_write(int fd, const char *text) {
	size_t size = strlen(text), at = 0;
	while (at < size) {
		ssize_t count = pwrite(fd, text + at, size - at, (off_t)at);
		if (count < 0 && errno == EINTR) continue;
		if (count <= 0) return -1;
		at += (size_t)count;
	}
	return ftruncate(fd, (off_t)size);
}
