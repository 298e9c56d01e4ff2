/* Owns where memory of one's own lies, so that all that a sleeping monitor has written to are a few pages. */
#ifndef BERTH_ROOM_H
#define BERTH_ROOM_H
#include <stddef.h>
/* A large buffer: behind everything small. The build has the linker sort sections by name: those of the C library come before z. */
#define ROOM __attribute__((section(".bss.z.room")))

/* So many bytes for as long as the process lives, aligned for any type; NULL with ENOMEM. keep(0) is where the next ones
 * will be, with room for KEEP_MOST at least if nothing larger than a path has been kept before. */
#define KEEP_MOST (32u << 10)
void *keep(size_t size);
#endif
