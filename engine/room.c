/* Owns the memory for small things whose size is known late and that stay: they share pages with all that is written to. */
#include <errno.h>
#include <limits.h>
#include "room.h"

#define ALIGN 16u

static _Alignas(ALIGN) char room[KEEP_MOST + 4 * PATH_MAX] __attribute__((section(".bss.z.keep")));
static size_t used;

void *keep(size_t size) {
	size_t whole = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (whole < size || whole > sizeof room - used) { errno = ENOMEM; return NULL; }
	used += whole;
	return room + used - whole;
}
