/* Owns what JavaScript has no calls for: extended attributes of files, `berth-engine xattrs get|set`. Names are resolved beneath
 * descriptor 3, and no link is followed. Records on standard input and output: three u32 (lengths of path and name, and of the value,
 * or an errno), then the bytes. get: paths, each with a NUL, come in; every attribute of what is there and below goes out. set: records
 * come in; those that could not be set go out. */
#include "kernel.h"
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include "room.h"
#include "xattrs.h"

#define PLACE 3
#define LONGEST_PATH 65536
#define MOST_BYTES 65536 /* of one value, and of all names of a file: XATTR_SIZE_MAX, XATTR_LIST_MAX */
#define NO_LINKS_BENEATH (0x08u | 0x04u | 0x02u) /* RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS */

static char path[LONGEST_PATH] ROOM, names[MOST_BYTES] ROOM, value[MOST_BYTES] ROOM;

/* Marks of overlayfs say something of the layers they lie in, labels of this host's policy. */
static bool is_carried(const char *name) {
	if (!strncmp(name, "user.overlay.", 13) || !strncmp(name, "trusted.overlay.", 16)) return false;
	if (!strncmp(name, "user.", 5) || !strncmp(name, "trusted.", 8)) return true;
	return !strcmp(name, "security.capability") || !strcmp(name, "system.posix_acl_access") || !strcmp(name, "system.posix_acl_default");
}

static void put(const char *name, uint32_t word, size_t size) {
	uint32_t head[3] = { (uint32_t)strlen(path), (uint32_t)strlen(name), word };
	fwrite(head, sizeof head, 1, stdout);
	fwrite(path, 1, head[0], stdout);
	fwrite(name, 1, head[1], stdout);
	fwrite(value, 1, size, stdout);
}

static const char *of_descriptor(int fd) {
	static char link[32];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	return link;
}

static void put_all(int node) {
	ssize_t size = listxattr(of_descriptor(node), names, sizeof names);
	for (char *name = names; size > 0 && name < names + size; name += strlen(name) + 1) {
		ssize_t length = is_carried(name) ? getxattr(of_descriptor(node), name, value, sizeof value) : -1;
		if (length >= 0) put(name, (uint32_t)length, (size_t)length);
	}
}

static void walk(int directory, const char *name, size_t length);

static void below(int node, size_t length) {
	int fd = openat(node, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	if (stream == NULL && fd >= 0) close(fd);
	for (struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;) {
		size_t more = strlen(entry->d_name);
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") || length + more + 2 > sizeof path) continue;
		bool is_top = length == 0;
		if (!is_top) path[length] = '/';
		memcpy(path + length + !is_top, entry->d_name, more + 1);
		walk(fd, entry->d_name, length + !is_top + more);
		path[length] = 0;
	}
	if (stream != NULL) closedir(stream);
}

/* What cannot be looked at is told by whoever reads the files themselves. */
static void walk(int directory, const char *name, size_t length) {
	struct stat seen;
	int node = *name == 0 ? dup(directory) : openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (node < 0) return;
	if (fstat(node, &seen) == 0 && !S_ISLNK(seen.st_mode)) {
		put_all(node);
		if (S_ISDIR(seen.st_mode)) below(node, length);
	}
	close(node);
}

static int get_all(void) {
	for (size_t length = 0; length < sizeof path;) {
		int byte = getchar();
		if (byte == EOF) return fflush(stdout) == 0 ? 0 : 1;
		path[length++] = (char)byte;
		if (byte != 0) continue;
		walk(PLACE, path, length - 1);
		length = 0;
	}
	return 1;
}

/* The owner of a file that nobody may write has the right to say otherwise for a moment. */
static int set_one(const char *name, size_t size) {
	struct stat seen;
	struct open_request how = { .flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, .resolve = NO_LINKS_BENEATH };
	int node = *path == 0 ? dup(PLACE) : sys_openat2(PLACE, path, &how);
	if (node < 0) return errno;
	int error = setxattr(of_descriptor(node), name, value, size, 0) == 0 ? 0 : errno;
	if (error == EACCES && fstat(node, &seen) == 0 && chmod(of_descriptor(node), (seen.st_mode & 07777) | 0200) == 0) {
		error = setxattr(of_descriptor(node), name, value, size, 0) == 0 ? 0 : errno;
		if (chmod(of_descriptor(node), seen.st_mode & 07777) < 0 && error == 0) error = errno;
	}
	close(node);
	return error;
}

static bool take(char *into, size_t size, size_t most) { return size < most && fread(into, 1, size, stdin) == size; }

static int set_all(void) {
	for (uint32_t head[3]; fread(head, sizeof head, 1, stdin) == 1;) {
		if (!take(path, head[0], sizeof path) || !take(names, head[1], sizeof names) || head[2] > sizeof value || fread(value, 1, head[2], stdin) != head[2]) return 1;
		path[head[0]] = names[head[1]] = 0;
		int error = set_one(names, head[2]);
		if (error != 0) put(names, (uint32_t)error, 0);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}

int xattrs_main(const char *verb) { return !strcmp(verb, "get") ? get_all() : !strcmp(verb, "set") ? set_all() : 2; }
