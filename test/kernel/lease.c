/* Holds whoever opens a file, by a lease (fcntl(2) F_SETLEASE): says "held", then "wanted" once somebody waits, and lets go at the
 * end of its input. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
	sigset_t set;
	int got, fd = argc == 2 ? open(argv[1], O_RDWR) : -1;
	char byte;
	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (fd < 0 || fcntl(fd, F_SETLEASE, F_WRLCK) < 0) return 1;
	puts("held");
	fflush(stdout);
	if (sigwait(&set, &got) != 0) return 1;
	puts("wanted");
	fflush(stdout);
	while (read(0, &byte, 1) > 0) continue;
	return 0;
}
