/* Owns the title: written over the strings of argv and the environment, which the kernel laid out
 * one after the other. (Moving them with PR_SET_MM needs CAP_SYS_RESOURCE or checkpoint support.) */
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include "title.h"

extern char **environ;

static char **arguments, *area, *arguments_end, *copy;
static size_t area_size;
static int is_moved;

static void extend(char **list) {
	for (; *list != NULL; list++)
		if (*list == area + area_size) area_size += strlen(*list) + 1;
}

void title_init(char **argv) {
	if (argv[0] == NULL) return;
	arguments = argv;
	area = argv[0];
	extend(argv);
	arguments_end = area + area_size;
	extend(environ);
}

static void redirect(char **list, ptrdiff_t distance) {
	for (; *list != NULL; list++)
		if (*list >= area && *list < area + area_size) *list += distance;
}

void title_set(const char *title) {
	char comm[16] = { 0 };
	strncpy(comm, title, sizeof comm - 1);
	prctl(PR_SET_NAME, comm, 0, 0, 0);
	if (area_size < 2) return;
	if (!is_moved) {
		copy = mmap(NULL, area_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (copy == MAP_FAILED) return;
		memcpy(copy, area, area_size);
		redirect(arguments, copy - area);
		redirect(environ, copy - area);
		is_moved = 1;
	}
	size_t size = strlen(title);
	if (size > area_size - 1) size = area_size - 1;
	memset(area, 0, area_size);
	memcpy(area, title, size);
	/* proc(5) cmdline ends at the first NUL only when the last byte of argv is not one. */
	if (area + size < arguments_end - 1) arguments_end[-1] = ' ';
}

void title_forget(void) {
	if (!is_moved) return;
	environ[0] = NULL;
	memset(copy, 0, area_size);
}
