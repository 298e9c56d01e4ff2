/* Makes system calls: each argument is NUMBER[:ARG…] (i386:NUMBER[:ARG…] by int 0x80), answered with a line: 0 or the errno.
 * `filtered PROGRAM ARG…` runs a program under a filter that allows everything. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

static long call32(long number, const long *a) {
	long result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4]) : "memory", "cc", "r8", "r9", "r10", "r11");
	return result;
}

static int filtered(char **argv) {
	struct sock_filter allow = { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW };
	struct sock_fprog program = { 1, &allow };
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0) execvp(argv[0], argv);
	perror(argv[0]);
	return 1;
}

int main(int argc, char **argv) {
	if (argc > 2 && strcmp(argv[1], "filtered") == 0) return filtered(argv + 2);
	for (int i = 1; i < argc; i++) {
		int is32 = strncmp(argv[i], "i386:", 5) == 0;
		long values[7] = { 0 };
		char *at = argv[i] + (is32 ? 5 : 0);
		for (int n = 0; n < 7 && *at != '\0'; n++) {
			values[n] = strtol(at, &at, 0);
			if (*at == ':') at++;
		}
		long result = is32 ? call32(values[0], values + 1) : syscall(values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
		printf("%ld\n", result >= 0 ? 0 : is32 ? -result : (long)errno);
	}
	return 0;
}
