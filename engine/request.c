/* Owns what a REQUEST frame says of the caller. Read before the caller's context can change. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <limits.h>
#include "frames.h"
#include "planner.h"
#include "room.h"
#include "shelter.h"

/* What is sent of a failed plan's events: the first failure is at the front of it. */
#define EVENTS_MAX (1u << 20)

const char *prefix_find(void) {
	static const char *found;
	char prefix[PATH_MAX];
	if (shelter_prefix() != NULL) return shelter_prefix();
	if (found != NULL) return found;
	ssize_t n = readlink("/proc/self/exe", prefix, sizeof prefix - 1);
	if (n < 0) n = 0;
	prefix[n] = '\0';
	for (int up = 0; up < 3; up++) { /* berth-engine, berth, libexec */
		char *slash = strrchr(prefix, '/');
		if (slash != NULL) *slash = '\0';
	}
	char *kept = keep(strlen(prefix) + 1);
	found = kept == NULL ? "" : strcpy(kept, prefix);
	return found;
}

static void add_cgroup(struct entries *entries) {
	char text[4096];
	size_t used = 0;
	int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	for (ssize_t n; fd >= 0 && used < sizeof text && (n = read(fd, text + used, sizeof text - used)) > 0;) used += (size_t)n;
	if (fd >= 0) close(fd);
	entry_add(entries, "cgroup=", text, used);
}

static void add_caller(struct entries *entries, const struct request *request) {
	char cwd[PATH_MAX], tty[4], fds[8192] = "";
	size_t used = 0;
	for (int i = 0; i < 3; i++) tty[i] = isatty(i) ? '1' : '0';
	tty[3] = '\0';
	for (size_t i = 0; i < request->inherited_count && used < sizeof fds - 16; i++)
		used += (size_t)snprintf(fds + used, sizeof fds - used, "%s%d", i == 0 ? "" : ",", request->inherited[i]);
	entry_text(entries, "cwd=", getcwd(cwd, sizeof cwd) == NULL ? "" : cwd);
	entry_number(entries, "pid=", (unsigned long)getpid());
	entry_number(entries, "uid=", getuid());
	entry_number(entries, "euid=", geteuid());
	entry_number(entries, "gid=", getgid());
	entry_number(entries, "egid=", getegid());
	entry_text(entries, "tty=", tty);
	entry_text(entries, "fds=", fds);
	entry_text(entries, "prefix=", prefix_find());
	add_cgroup(entries);
}

static void add_failure(struct entries *entries, const struct request *request) {
	struct stat at_end;
	if (request->plan != NULL) entry_add(entries, "plan=", request->plan, request->plan_size);
	if (request->events < 0 || fstat(request->events, &at_end) < 0 || at_end.st_size == 0) return;
	size_t size = at_end.st_size > EVENTS_MAX ? EVENTS_MAX : (size_t)at_end.st_size;
	void *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, request->events, 0);
	if (bytes == MAP_FAILED) return;
	entry_add(entries, "events=", bytes, size);
	munmap(bytes, size);
}

static void add_all(struct entries *entries, const struct request *request) {
	entry_text(entries, "kind=", request->kind);
	for (size_t i = 0; i < request->arg_count; i++) entry_text(entries, "arg=", request->args[i]);
	add_caller(entries, request);
	for (size_t i = 0; request->environ[i] != NULL; i++) entry_text(entries, "env=", request->environ[i]);
	add_failure(entries, request);
}

void *request_encode(const struct request *request, size_t *size) {
	/* Counted once, written once. Should the kernel's text about us grow in between, there is room for it. */
	const size_t slack = 8192;
	struct entries counted = { 0 };
	add_all(&counted, request);
	size_t room = sizeof(uint32_t) + counted.used + slack;
	if (room > FRAME_MAX) { errno = E2BIG; return NULL; }
	unsigned char *bytes = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED) return NULL;
	struct entries written = { .base = bytes + sizeof(uint32_t), .room = room - sizeof(uint32_t) };
	add_all(&written, request);
	memcpy(bytes, &written.count, sizeof written.count);
	*size = sizeof(uint32_t) + written.used;
	size_t page = (size_t)getpagesize(), kept = (*size + page - 1) / page * page, all = (room + page - 1) / page * page;
	if (all > kept) munmap(bytes + kept, all - kept);
	return bytes;
}
