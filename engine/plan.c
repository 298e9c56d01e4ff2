/* Owns the verification of an encoded plan. Its bytes are hostile: whatever passes here
 * can be run without any access outside the plan or the slot table. What the ops do is not judged. */
#define ISA_SCHEMA
#include "plan.h"
#include <string.h>

struct verifier {
	const unsigned char *base;
	size_t size;
	const struct op *ops;
	uint32_t op_count;
	uint8_t depth[MAX_OPS]; /* 0: not yet in any list */
	uint64_t looked_at;     /* bytes of texts; spans may overlap, so this is bounded too */
	const char *why;
};

static int refuse(struct verifier *v, const char *why) {
	v->why = why;
	return -1;
}

const struct op_schema *schema_of(unsigned code) { return &ISA[code]; }

static int check_range(struct verifier *v, uint64_t offset, uint64_t length) {
	return offset <= v->size && length <= v->size - offset ? 0 : refuse(v, "a span lies outside the plan");
}

/* Many spans over the same bytes would keep us busy for hours. */
static int check_bytes(struct verifier *v, uint64_t offset, uint64_t length) {
	if (check_range(v, offset, length) < 0) return -1;
	v->looked_at += length;
	return v->looked_at <= 16ull * MAX_PLAN_BYTES ? 0 : refuse(v, "the texts overlap too often");
}

static int check_slot(struct verifier *v, uint64_t slot) { return slot < MAX_SLOTS ? 0 : refuse(v, "a slot number is too large"); }

static int check_part(struct verifier *v, const struct part *part, int is_text) {
	switch (part->kind) {
	case PART_BYTES:
		if (check_bytes(v, part->a, part->b) < 0) return -1;
		if (is_text && memchr(v->base + part->a, 0, part->b)) return refuse(v, "a text contains NUL");
		return 0;
	case PART_RAW32:
		if (is_text) return refuse(v, "a text contains raw bytes");
		return check_slot(v, part->a);
	case PART_DECIMAL:
	case PART_START_TIME:
		return check_slot(v, part->a);
	default:
		return refuse(v, "a part of a text is of no known kind");
	}
}

static int check_composed(struct verifier *v, uint32_t offset, uint32_t count, int is_text) {
	if (offset % _Alignof(struct part)) return refuse(v, "the parts of a text are not aligned");
	if (check_bytes(v, offset, (uint64_t)count * sizeof(struct part)) < 0) return -1;
	const struct part *parts = (const void *)(v->base + offset);
	for (uint32_t i = 0; i < count; i++)
		if (check_part(v, &parts[i], is_text) < 0) return -1;
	return 0;
}

static int check_text(struct verifier *v, uint64_t span, int is_text) {
	uint32_t offset = (uint32_t)span, length = (uint32_t)(span >> 32);
	if (length & SPAN_COMPOSED) return check_composed(v, offset, length & ~SPAN_COMPOSED, is_text);
	if (check_bytes(v, offset, (uint64_t)length + (is_text ? 1 : 0)) < 0) return -1;
	if (is_text && memchr(v->base + offset, 0, (size_t)length + 1) != v->base + offset + length)
		return refuse(v, "a text does not end with its only NUL");
	return 0;
}

static int check_list(struct verifier *v, uint64_t span, uint64_t element, uint32_t most) {
	uint32_t offset = (uint32_t)span, count = (uint32_t)(span >> 32);
	if (count > most) return refuse(v, "a list is too long");
	if (offset % element) return refuse(v, "a list is not aligned");
	return check_range(v, offset, count * element);
}

static int check_texts(struct verifier *v, uint64_t span) {
	if (check_list(v, span, sizeof(uint64_t), MAX_TEXTS - 1) < 0) return -1;
	const uint64_t *spans = (const void *)(v->base + (uint32_t)span);
	for (uint32_t i = 0; i < span >> 32; i++)
		if (check_text(v, spans[i], 1) < 0) return -1;
	return 0;
}

static int check_slots(struct verifier *v, uint64_t span) {
	if (check_list(v, span, sizeof(uint32_t), MAX_SLOTS) < 0) return -1;
	const uint32_t *slots = (const void *)(v->base + (uint32_t)span);
	for (uint32_t i = 0; i < span >> 32; i++)
		if (check_slot(v, slots[i]) < 0) return -1;
	return 0;
}

/* A nested list lies strictly behind its owner and belongs to nobody else: so running ends. */
static int check_ops(struct verifier *v, uint32_t owner, uint64_t first, uint64_t count) {
	if (count == 0) return 0;
	if (first <= owner || first > v->op_count || count > v->op_count - first) return refuse(v, "a nested list does not lie behind its op");
	if (v->depth[owner] >= MAX_DEPTH) return refuse(v, "ops are nested too deeply");
	for (uint64_t i = first; i < first + count; i++) {
		if (v->depth[i]) return refuse(v, "an op belongs to two lists");
		v->depth[i] = (uint8_t)(v->depth[owner] + 1);
	}
	return 0;
}

static int check_field(struct verifier *v, const struct op *op, unsigned kind, uint64_t value) {
	if (value == FIELD_NONE && (kind & FIELD_OPTIONAL)) return 0;
	switch (kind & ~(unsigned)FIELD_OPTIONAL) {
	case FIELD_U32: return value <= UINT32_MAX ? 0 : refuse(v, "a 32-bit field is too large");
	case FIELD_U64: return 0;
	case FIELD_SLOT:
	case FIELD_NEW_SLOT: return check_slot(v, value);
	case FIELD_SLOTS: return check_slots(v, value);
	case FIELD_TEXT: return check_text(v, value, 1);
	case FIELD_DATA: return check_text(v, value, 0);
	case FIELD_TEXTS: return check_texts(v, value);
	case FIELD_NUMS: return check_list(v, value, sizeof(uint32_t), UINT32_MAX);
	case FIELD_OPS: return check_ops(v, op->id, (uint32_t)value, value >> 32);
	default: return refuse(v, "a field is of no known kind");
	}
}

static int check_op(struct verifier *v, uint32_t index) {
	const struct op *op = &v->ops[index];
	if (op->code >= OP_CODES || !ISA[op->code].name) return refuse(v, "no such op");
	if (op->id != index) return refuse(v, "an op is not numbered by its place");
	if (op->tolerance > TOLERATE_LISTED) return refuse(v, "no such tolerance");
	if (op->when > WHEN_REBOOT) return refuse(v, "no such occasion");
	if (!v->depth[index]) return refuse(v, "an op belongs to no list");
	for (int i = 0; i < MAX_FIELDS && ISA[op->code].fields[i] != FIELD_END; i++)
		if (check_field(v, op, ISA[op->code].fields[i], op->f[i]) < 0) return -1;
	return check_ops(v, index, op->undo_first, op->undo_count);
}

static int check_header(struct verifier *v, const struct plan_header *head) {
	if (head->magic != PLAN_MAGIC) return refuse(v, "this is no plan");
	if (head->version != PLAN_VERSION) return refuse(v, "the plan is of another version");
	if (head->total != v->size) return refuse(v, "the plan is cut short or too long");
	if (head->op_count > MAX_OPS) return refuse(v, "too many ops");
	if (head->root_count > head->op_count) return refuse(v, "the root list is longer than the plan");
	if (head->slot_count > MAX_SLOTS) return refuse(v, "too many slots");
	if (head->ops_at < sizeof *head || head->ops_at % _Alignof(struct op)) return refuse(v, "the ops are not aligned");
	if (check_range(v, head->ops_at, (uint64_t)head->op_count * sizeof(struct op)) < 0) return -1;
	return check_range(v, head->notes_at, head->notes_len);
}

static int verify(struct verifier *v, struct plan *plan) {
	const struct plan_header *head = (const void *)v->base;
	if (v->size < sizeof *head) return refuse(v, "the plan is too short");
	if (v->size > MAX_PLAN_BYTES) return refuse(v, "the plan is too large");
	if ((uintptr_t)v->base % 8) return refuse(v, "the plan is not aligned");
	if (check_header(v, head) < 0) return -1;
	v->ops = (const void *)(v->base + head->ops_at);
	v->op_count = head->op_count;
	memset(v->depth, 1, head->root_count);
	for (uint32_t i = 0; i < head->op_count; i++)
		if (check_op(v, i) < 0) return -1;
	*plan = (struct plan){ v->base, v->size, v->ops, head->op_count, head->root_count, head->slot_count };
	return 0;
}

int plan_verify(struct plan *plan, const void *bytes, size_t size, const char **why) {
	struct verifier v = { .base = bytes, .size = size };
	if (verify(&v, plan) == 0) return 0;
	*why = v.why;
	return -1;
}
