/* Owns the network namespace that an interface goes to: opened with the caller's rights, once, and only if it is his. */
#define _GNU_SOURCE
#include "target.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "say.h"

/* The kernel asks as it asks ptrace(2). Ids come back after it: the saved one is root's. */
static int open_as(const struct caller *caller, const char *path) {
	if (seteuid(caller->uid) < 0) die("cannot become uid %u: %s", caller->uid, strerror(errno));
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int error = errno;
	if (seteuid(0) < 0) die("cannot become root again: %s", strerror(errno));
	errno = error;
	return fd;
}

/* The rule of the kernel: who made a user namespace has every right in it, and in those below. */
static bool is_owner(int target, uid_t uid) {
	if (uid == 0) return true;
	int at = ioctl(target, NS_GET_USERNS);
	while (at >= 0) {
		uid_t owner;
		/* the first one belongs to root, and has no parent */
		int parent = ioctl(at, NS_GET_PARENT);
		if (parent >= 0 && ioctl(at, NS_GET_OWNER_UID, &owner) == 0 && owner == uid) {
			close(parent);
			close(at);
			return true;
		}
		close(at);
		at = parent;
	}
	return false;
}

static bool is_ours(int target) {
	struct stat ours, theirs;
	if (stat("/proc/self/ns/net", &ours) < 0 || fstat(target, &theirs) < 0) return true;
	return ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

static bool is_fit(int target, const struct caller *caller, const char *called) {
	if (ioctl(target, NS_GET_NSTYPE) != CLONE_NEWNET) return complain("%s is no network namespace", called);
	if (is_ours(target)) return complain("%s has the network of this host, not one of its own", called);
	if (!is_owner(target, caller->uid)) return complain("the network of %s is not %s's: its user namespace was made by another", called, caller->name);
	return true;
}

int target_open(const struct caller *caller, const char *path, const char *called) {
	int fd = open_as(caller, path);
	if (fd < 0) complain("%s may not use the network of %s: %s", caller->name, called, strerror(errno));
	else if (is_fit(fd, caller, called)) return fd;
	if (fd >= 0) close(fd);
	return -1;
}

bool target_name(int target, int index, char name[IFNAMSIZ]) {
	struct ifreq request = { .ifr_ifindex = index };
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own < 0 || setns(target, CLONE_NEWNET) < 0) return complain("cannot look into the network namespace: %s", strerror(errno));
	int socket_there = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (setns(own, CLONE_NEWNET) < 0) die("cannot come back from the network namespace: %s", strerror(errno));
	close(own);
	bool is_found = socket_there >= 0 && ioctl(socket_there, SIOCGIFNAME, &request) == 0;
	if (socket_there >= 0) close(socket_there);
	if (!is_found) return complain("the interface in the container has gone: %s", strerror(errno));
	snprintf(name, IFNAMSIZ, "%s", request.ifr_name);
	return true;
}
