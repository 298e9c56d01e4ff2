/* Exchanges two names over and over until its parent is gone: a directory of an image and a symbolic link in its place. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv) {
	if (argc != 3 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return 2;
	while (getppid() != 1)
		if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) < 0) return 1;
	return 0;
}
