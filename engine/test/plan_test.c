/* Each way in which a plan can be wrong is refused, with its own sentence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plan.h"

enum { OPS = 4, HEAP = HEADER_BYTES + OPS * OP_BYTES, SIZE = HEAP + 256, TEXT = HEAP, BAD = HEAP + 8, PARTS = HEAP + 16, LIST = HEAP + 64, NUMBERS = HEAP + 128 };

struct sample {
	struct plan_header head;
	struct op ops[OPS];
	unsigned char heap[SIZE - HEAP];
};

static uint64_t span(uint32_t offset, uint32_t length) { return offset | (uint64_t)length << 32; }

/* 0 clone { 2 exec }, 1 mkdir with undo 3 unlink */
static void fill(struct sample *s) {
	memset(s, 0, sizeof *s);
	s->head = (struct plan_header){ PLAN_MAGIC, PLAN_VERSION, SIZE, OPS, 2, 4, HEADER_BYTES, SIZE - 4, 4, 0 };
	memcpy(s->heap, "text\0\0\0\0no\0no\0\0", 16);
	struct part *parts = (void *)(s->heap + (PARTS - HEAP));
	parts[0] = (struct part){ PART_BYTES, TEXT, 4 };
	parts[1] = (struct part){ PART_DECIMAL, 3, 0 };
	uint64_t *list = (void *)(s->heap + (LIST - HEAP));
	list[0] = span(TEXT, 4);
	list[1] = span(PARTS, SPAN_COMPOSED | 2);
	for (uint32_t i = 0; i < OPS; i++) {
		s->ops[i].id = i;
		for (int j = 0; j < MAX_FIELDS; j++) s->ops[i].f[j] = FIELD_NONE;
	}
	s->ops[0].code = OP_CLONE;
	s->ops[0].f[CLONE_FLAGS] = 0;
	s->ops[0].f[CLONE_NAME] = span(TEXT, 4);
	s->ops[0].f[CLONE_PID] = 0;
	s->ops[0].f[CLONE_BODY] = span(2, 1);
	s->ops[1].code = OP_MKDIR;
	s->ops[1].f[MKDIR_PATH] = span(PARTS, SPAN_COMPOSED | 2);
	s->ops[1].f[MKDIR_MODE] = 0755;
	s->ops[1].undo_first = 3;
	s->ops[1].undo_count = 1;
	s->ops[2].code = OP_EXEC;
	s->ops[2].f[EXEC_PATH] = span(TEXT, 4);
	s->ops[2].f[EXEC_ARGV] = s->ops[2].f[EXEC_ENV] = span(LIST, 2);
	s->ops[3].code = OP_UNLINK;
	s->ops[3].f[UNLINK_PATH] = span(TEXT, 4);
}

static struct part *part(struct sample *s) { return (void *)(s->heap + (PARTS - HEAP)); }
static uint64_t *listed(struct sample *s) { return (void *)(s->heap + (LIST - HEAP)); }

static void good(struct sample *s) { s->ops[1].when = WHEN_STOP; }
static void magic(struct sample *s) { s->head.magic++; }
static void version(struct sample *s) { s->head.version++; }
static void total(struct sample *s) { s->head.total++; }
static void many_ops(struct sample *s) { s->head.op_count = MAX_OPS + 1; }
static void ops_outside(struct sample *s) { s->head.op_count = OPS + 10; }
static void root(struct sample *s) { s->head.root_count = OPS + 1; }
static void slots(struct sample *s) { s->head.slot_count = MAX_SLOTS + 1; }
static void ops_at(struct sample *s) { s->head.ops_at += 4; }
static void ops_early(struct sample *s) { s->head.ops_at = 0; }
static void notes(struct sample *s) { s->head.notes_len = 5; }
static void code(struct sample *s) { s->ops[1].code = 99; }
static void code_hole(struct sample *s) { s->ops[1].code = 0; }
static void id(struct sample *s) { s->ops[1].id = 2; }
static void tolerance(struct sample *s) { s->ops[1].tolerance = 3; }
static void when(struct sample *s) { s->ops[1].when = 3; }
static void orphan(struct sample *s) { s->ops[1].undo_count = 0; }
static void slot(struct sample *s) { s->ops[0].f[CLONE_PID] = MAX_SLOTS; }
static void mandatory_slot(struct sample *s) { s->ops[0].f[CLONE_PID] = FIELD_NONE; }
static void wide(struct sample *s) { s->ops[1].f[MKDIR_MODE] = 1ull << 32; }
static void mandatory_text(struct sample *s) { s->ops[3].f[UNLINK_PATH] = FIELD_NONE; }
static void text_outside(struct sample *s) { s->ops[3].f[UNLINK_PATH] = span(SIZE - 1, 1); }
static void text_wraps(struct sample *s) { s->ops[3].f[UNLINK_PATH] = span(UINT32_MAX, 1); }
static void text_open(struct sample *s) { s->ops[3].f[UNLINK_PATH] = span(TEXT, 3); }
static void text_nul(struct sample *s) { s->ops[3].f[UNLINK_PATH] = span(BAD, 5); }
static void parts_unaligned(struct sample *s) { s->ops[1].f[MKDIR_PATH] = span(PARTS + 1, SPAN_COMPOSED | 1); }
static void parts_outside(struct sample *s) { s->ops[1].f[MKDIR_PATH] = span(PARTS, SPAN_COMPOSED | 1000); }
static void part_kind(struct sample *s) { part(s)[1].kind = 9; }
static void part_slot(struct sample *s) { part(s)[1].a = MAX_SLOTS; }
static void part_raw(struct sample *s) { part(s)[1].kind = PART_RAW32; }
static void part_nul(struct sample *s) { part(s)[0] = (struct part){ PART_BYTES, BAD, 4 }; }
static void part_outside(struct sample *s) { part(s)[0].b = SIZE; }
static void list_unaligned(struct sample *s) { s->ops[2].f[EXEC_ENV] = span(LIST + 4, 1); }
static void list_outside(struct sample *s) { s->ops[2].f[EXEC_ENV] = span(LIST, 1000); }
static void list_long(struct sample *s) { s->ops[2].f[EXEC_ENV] = span(LIST, MAX_TEXTS); }
static void list_text(struct sample *s) { listed(s)[1] = span(BAD, 5); }
static void body_self(struct sample *s) { s->ops[0].f[CLONE_BODY] = span(0, 1); }
static void body_outside(struct sample *s) { s->ops[0].f[CLONE_BODY] = span(2, 3); }
static void body_shared(struct sample *s) { s->ops[0].f[CLONE_BODY] = span(2, 2); }
static void body_root(struct sample *s) { s->ops[0].f[CLONE_BODY] = span(1, 1); }
static void undo_before(struct sample *s) { s->ops[1].undo_first = 1; }

static const struct { void (*spoil)(struct sample *); const char *why; } CASES[] = {
	{ good, NULL }, { magic, "this is no plan" }, { version, "the plan is of another version" }, { total, "the plan is cut short or too long" },
	{ many_ops, "too many ops" }, { ops_outside, "a span lies outside the plan" }, { root, "the root list is longer than the plan" }, { slots, "too many slots" },
	{ ops_at, "the ops are not aligned" }, { ops_early, "the ops are not aligned" }, { notes, "a span lies outside the plan" },
	{ code, "no such op" }, { code_hole, "no such op" }, { id, "an op is not numbered by its place" }, { tolerance, "no such tolerance" }, { when, "no such occasion" },
	{ orphan, "an op belongs to no list" }, { slot, "a slot number is too large" }, { mandatory_slot, "a slot number is too large" }, { wide, "a 32-bit field is too large" },
	{ mandatory_text, "the parts of a text are not aligned" }, { text_outside, "a span lies outside the plan" }, { text_wraps, "a span lies outside the plan" },
	{ text_open, "a text does not end with its only NUL" }, { text_nul, "a text does not end with its only NUL" },
	{ parts_unaligned, "the parts of a text are not aligned" }, { parts_outside, "a span lies outside the plan" }, { part_kind, "a part of a text is of no known kind" },
	{ part_slot, "a slot number is too large" }, { part_raw, "a text contains raw bytes" }, { part_nul, "a text contains NUL" }, { part_outside, "a span lies outside the plan" },
	{ list_unaligned, "a list is not aligned" }, { list_outside, "a span lies outside the plan" }, { list_long, "a list is too long" }, { list_text, "a text does not end with its only NUL" },
	{ body_self, "a nested list does not lie behind its op" }, { body_outside, "a nested list does not lie behind its op" }, { body_shared, "an op belongs to two lists" },
	{ body_root, "an op belongs to two lists" }, { undo_before, "a nested list does not lie behind its op" },
};

static int check_case(size_t i) {
	struct plan plan;
	const char *why = NULL;
	struct sample *sample = malloc(SIZE);
	fill(sample);
	CASES[i].spoil(sample);
	int result = plan_verify(&plan, sample, SIZE, &why);
	int is_right = CASES[i].why ? result < 0 && !strcmp(why, CASES[i].why) : result == 0;
	if (!is_right) fprintf(stderr, "case %zu: expected `%s`, got `%s`\n", i, CASES[i].why ? CASES[i].why : "accepted", result < 0 ? why : "accepted");
	free(sample);
	return is_right;
}

/* A chain of clones, one in the other. */
static int check_depth(uint32_t depth) {
	struct { struct plan_header head; struct op ops[MAX_DEPTH + 2]; char name[8]; } chain;
	const char *why = NULL;
	struct plan plan;
	memset(&chain, 0, sizeof chain);
	chain.head = (struct plan_header){ PLAN_MAGIC, PLAN_VERSION, sizeof chain, depth, 1, 1, HEADER_BYTES, HEADER_BYTES, 0, 0 };
	for (uint32_t i = 0; i < depth; i++) {
		chain.ops[i] = (struct op){ .code = OP_CLONE, .id = i, .f = { 0, span(offsetof(__typeof__(chain), name), 0), 0, FIELD_NONE, FIELD_NONE, span(i + 1, i + 1 < depth) } };
	}
	return plan_verify(&plan, &chain, sizeof chain, &why) == 0;
}

int main(void) {
	_Static_assert(sizeof(struct sample) == SIZE, "the sample is the plan");
	int failures = 0;
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) failures += !check_case(i);
	if (!check_depth(MAX_DEPTH) || check_depth(MAX_DEPTH + 1)) {
		fprintf(stderr, "ops may be nested %d deep, no more\n", MAX_DEPTH);
		failures++;
	}
	struct plan plan;
	const char *why = NULL;
	static _Alignas(8) unsigned char bytes[64];
	for (size_t size = 0; size < HEADER_BYTES; size++) failures += plan_verify(&plan, bytes, size, &why) == 0;
	failures += plan_verify(&plan, bytes + 1, 40, &why) == 0 || strcmp(why, "the plan is not aligned");
	return failures ? 1 : 0;
}
