/* Owns who calls, and getting rid of what a caller could have left to be stumbled over. */
#define _GNU_SOURCE
#include "caller.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "say.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#define MEGABYTE ((rlim_t)1 << 20)
struct need { int of; const char *name; rlim_t least, most; };

/* A limit of the caller must not end it half way, nor leave a file half written. */
static void own_limit(const struct need *need) {
	struct rlimit limit = { .rlim_cur = need->most, .rlim_max = need->most };
	if (setrlimit(need->of, &limit) == 0) return;
	/* where root itself may not raise them */
	if (getrlimit(need->of, &limit) < 0) die("cannot learn its limit of %s: %s", need->name, strerror(errno));
	limit.rlim_cur = limit.rlim_max < need->most ? limit.rlim_max : need->most;
	if (limit.rlim_cur < need->least) die("the limit of %s (ulimit) is too low: %llu, and it needs %llu", need->name, (unsigned long long)limit.rlim_cur, (unsigned long long)need->least);
	if (setrlimit(need->of, &limit) < 0) die("cannot set its limit of %s: %s", need->name, strerror(errno));
}

static void own_limits(void) {
	static const struct need needs[] = {
		{ RLIMIT_FSIZE, "file sizes", 2 * MEGABYTE, RLIM_INFINITY }, { RLIMIT_CPU, "CPU seconds", 10, RLIM_INFINITY }, { RLIMIT_AS, "memory", 16 * MEGABYTE, RLIM_INFINITY },
		{ RLIMIT_DATA, "data", 16 * MEGABYTE, RLIM_INFINITY }, { RLIMIT_NOFILE, "descriptors", 16, 64 }, { RLIMIT_CORE, "core dumps", 0, 0 },
	};
	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) own_limit(&needs[i]);
}

#define NETWORKS (1u << CAP_NET_ADMIN | 1u << CAP_SYS_ADMIN)
#define IDS (1u << CAP_SETUID | 1u << CAP_SETGID) /* until nothing is done as the caller any more */

static void keep_rights(uint32_t needed) {
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = needed, .permitted = needed } };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 || syscall(SYS_capset, &header, data) < 0)
		die("cannot give up capabilities: %s", strerror(errno));
}

void close_from(unsigned first) {
	if (syscall(SYS_close_range, first, ~0u, 0u) == 0) return;
	for (unsigned fd = first; fd < 65536; fd++) close((int)fd);
}

/* 0, 1 and 2 must be somewhere: else what it opens next would be written to as if it were the caller's. */
static void own_descriptors(void) {
	struct stat found;
	for (int fd = 0; fd <= 2; fd++)
		if (fstat(fd, &found) < 0 && open("/dev/null", O_RDWR) != fd) _exit(1);
	close_from(3);
}

void caller_leave(void) {
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL); /* timers outlive execve(2), and a pipe without a reader is told by write(2) */
	own_descriptors();
	clearenv();
	umask(022);
	if (chdir("/") < 0) die("cannot go to /: %s", strerror(errno));
	own_limits();
	keep_rights(NETWORKS | IDS);
}

bool caller_know(struct caller *caller) {
	caller->uid = getuid();
	const struct passwd *entry = getpwuid(caller->uid);
	if (entry == NULL) return complain("uid %u has no name in /etc/passwd, and /etc/lxc/lxc-usernet knows users by name", caller->uid);
	if (strlen(entry->pw_name) >= sizeof caller->name || strpbrk(entry->pw_name, " \t\r\n") != NULL || entry->pw_name[0] == '@')
		return complain("the name of uid %u cannot be written to /run/lxc/nics", caller->uid);
	strcpy(caller->name, entry->pw_name);
	caller->group_count = getgroups(GROUPS_MOST - 1, caller->groups);
	if (caller->group_count < 0) return complain("cannot learn the groups of %s: %s", caller->name, strerror(errno));
	caller->groups[caller->group_count++] = getgid();
	return true;
}

bool caller_is_member(const void *context, const char *group) {
	const struct caller *caller = context;
	const struct group *entry = getgrnam(group);
	for (int i = 0; entry != NULL && i < caller->group_count; i++)
		if (caller->groups[i] == entry->gr_gid) return true;
	return false;
}

bool caller_shut_out(void) {
	if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0) return complain("cannot become root: %s", strerror(errno));
	keep_rights(NETWORKS);
	return true;
}
