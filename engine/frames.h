/* Owns the frames that launcher and planner exchange: {u32 kind, u32 length} and a payload.
 * docs/decisions/0002-protocol.md names the kinds. */
#ifndef BERTH_FRAMES_H
#define BERTH_FRAMES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_kind { FRAME_REQUEST = 1, FRAME_OUT, FRAME_EXIT, FRAME_PLAN };
#define FRAME_MAX (8u << 20)
struct frame_head { uint32_t kind, length; };

/* All of it, or -1: errno, 0 when the other end hung up in the middle. */
int read_fully(int fd, void *bytes, size_t size);
/* For files and terminals; waits where the descriptor is non-blocking. */
int write_fully(int fd, const void *bytes, size_t size);
/* The same for a socket: EPIPE instead of SIGPIPE. */
int send_fully(int fd, const void *bytes, size_t size);
/* 1: a head was read. 0: the other end hung up between two frames. -1: errno as read_fully. */
int frame_head_read(int fd, struct frame_head *head);

/* Counts entries first (base NULL), then writes them into a buffer of `room` bytes; what does not fit is left out. */
struct entries { unsigned char *base; size_t room, used; uint32_t count; };
/* `key`, then `size` bytes of value; key ends with '='. */
void entry_add(struct entries *entries, const char *key, const void *value, size_t size);
void entry_text(struct entries *entries, const char *key, const char *value);
void entry_number(struct entries *entries, const char *key, unsigned long value);
#endif
