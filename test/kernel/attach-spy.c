/* Run as root inside a container: looks for processes of a name (proc(5) comm) all the time and tries everything on them that a
 * root can try. Says "seen" for each of them, "got WORD" for what has worked while it still had that name. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *hunted;
static char path[300];
static const char *of(int pid, const char *file)
{
	snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
	return path;
}

static int is_hunted(int pid)
{
	char name[32] = "";
	int fd = open(of(pid, "comm"), O_RDONLY);
	if (fd < 0) return 0;
	ssize_t n = read(fd, name, sizeof name - 1);
	close(fd);
	return n > 1 && (size_t)n - 1 == strlen(hunted) && memcmp(name, hunted, (size_t)n - 1) == 0;
}

static void got(int pid, int has_worked, const char *what)
{
	if (has_worked && is_hunted(pid)) printf("got %s\n", what);
}

static int reads(int pid, const char *file)
{
	char byte;
	int fd = open(of(pid, file), O_RDONLY);
	int result = fd >= 0 && read(fd, &byte, 1) == 1;
	if (fd >= 0) close(fd);
	return result;
}

static int opens(int pid, const char *file, int flags)
{
	int fd = open(of(pid, file), flags);
	if (fd >= 0) close(fd);
	return fd >= 0;
}

static void descriptors(int pid)
{
	char name[64], target[256], line[400];
	DIR *dir = opendir(of(pid, "fd"));
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
		if (entry->d_name[0] == '.') continue;
		snprintf(name, sizeof name, "fd/%.20s", entry->d_name);
		ssize_t n = readlink(of(pid, name), target, sizeof target - 1);
		if (n < 0) continue;
		target[n] = '\0';
		snprintf(line, sizeof line, "fd %s", target);
		got(pid, 1, line);
	}
	if (dir != NULL) closedir(dir);
}

static int takes(int pid)
{
	int process = (int)syscall(434, pid, 0), fd = process < 0 ? -1 : (int)syscall(438, process, 0, 0); /* pidfd_open, pidfd_getfd */
	if (process >= 0) close(process);
	if (fd >= 0) close(fd);
	return fd >= 0;
}

static int looks_into(int pid)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { (void *)0x400000, 1 };
	return process_vm_readv(pid, &here, 1, &there, 1, 0) == 1;
}

static int traces(int pid)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0) return 0;
	ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return 1;
}

static void other_directory(int pid, const char *file)
{
	char line[32];
	struct stat own, theirs;
	snprintf(line, sizeof line, "other %s", file);
	got(pid, stat("/", &own) == 0 && stat(of(pid, file), &theirs) == 0 && (own.st_ino != theirs.st_ino || own.st_dev != theirs.st_dev), line);
}

static void attack(int pid)
{
	puts("seen");
	got(pid, opens(pid, "mem", O_RDONLY), "mem");
	got(pid, opens(pid, "mem", O_WRONLY), "mem to write");
	got(pid, reads(pid, "environ"), "environ");
	got(pid, reads(pid, "maps"), "maps");
	got(pid, opens(pid, "exe", O_RDONLY), "exe");
	got(pid, opens(pid, "root", O_RDONLY), "root");
	got(pid, opens(pid, "cwd", O_RDONLY), "cwd");
	other_directory(pid, "root");
	other_directory(pid, "cwd");
	descriptors(pid);
	got(pid, takes(pid), "a descriptor");
	got(pid, looks_into(pid), "memory");
	got(pid, traces(pid), "ptrace");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int last = 0;
	hunted = argc > 1 ? argv[1] : "command";
	puts("ready");
	fflush(stdout);
	for (;;) {
		DIR *dir = opendir("/proc");
		for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
			int pid = atoi(entry->d_name);
			if (pid <= 1 || pid == last || pid == getpid() || !is_hunted(pid)) continue;
			last = pid;
			attack(pid);
		}
		if (dir != NULL) closedir(dir);
	}
}
