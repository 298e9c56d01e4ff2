/* Owns the op watchDirectories: telling that something in them is opened or made, by inotify(7). */
#include "kernel.h"
#include <sys/inotify.h>
#include "lists.h"
#include "op.h"
#include "room.h"

/* A directory that is missing is passed over, not all of them. The first byte says that from now on nothing is missed. */
int do_watch_directories(struct run *run, const struct op *op) {
	static _Alignas(8) char buffer[4096] ROOM;
	size_t count = text_list(run, op, WATCH_DIRECTORIES_PATHS, lists.argv, MAX_TEXTS), watched = 0;
	int fd = inotify_init1(IN_CLOEXEC);
	if (fd < 0) return -1;
	for (size_t i = 0; i < count; i++)
		watched += inotify_add_watch(fd, lists.argv[i], IN_OPEN | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) >= 0;
	if (!watched) return closing(fd, -1);
	for (;;) {
		if (write_once(STDOUT_FILENO, "", 1) < 0) return closing(fd, -1);
		ssize_t got;
		do got = read(fd, buffer, sizeof buffer);
		while (got < 0 && errno == EINTR);
		if (got <= 0) return closing(fd, -1);
	}
}
