/* Owns the encoded plan as the engine sees it: layout, verification, access to fields.
 * The layout is written by src/isa/encode.ts. Nothing here is trusted before plan_verify. */
#ifndef BERTH_PLAN_H
#define BERTH_PLAN_H
#include <stddef.h>
#include <stdint.h>
#include "isa.gen.h"

struct plan_header { uint32_t magic, version, total, op_count, root_count, slot_count, ops_at, notes_at, notes_len, padding; };

struct op {
	uint16_t code;
	uint8_t tolerance; /* TOLERATE_* */
	uint8_t when;      /* WHEN_* */
	uint32_t id;       /* its index; what events name */
	uint32_t undo_first;
	uint16_t undo_count, reserved;
	uint16_t errnos[MAX_ERRNOS];
	uint64_t f[MAX_FIELDS]; /* immediates, or spans: low half offset, high half length */
};
_Static_assert(sizeof(struct op) == OP_BYTES, "src/isa/encode.ts writes records of OP_BYTES");
_Static_assert(sizeof(struct plan_header) == HEADER_BYTES, "src/isa/encode.ts writes HEADER_BYTES");

enum { TOLERATE_NONE, TOLERATE_ALL, TOLERATE_LISTED };

/* Parts of a composed text: {u32 kind, u32 a, u32 b} each. */
enum part_kind { PART_BYTES, PART_DECIMAL, PART_START_TIME, PART_RAW32 };
struct part { uint32_t kind, a, b; };

#define FIELD_NONE UINT64_MAX
/* Most texts in one list (argv, environment); handlers keep arrays of this size. */
#define MAX_TEXTS 65536

struct plan {
	const unsigned char *base; /* 8-byte aligned; verified */
	size_t size;
	const struct op *ops;
	uint32_t op_count, root_count, slot_count;
};

/* Fills *plan from untrusted bytes. 0, or -1 with *why set to a constant sentence. */
int plan_verify(struct plan *plan, const void *bytes, size_t size, const char **why);
/* The row of the instruction set for a code that plan_verify has accepted. */
const struct op_schema *schema_of(unsigned code);
#endif
