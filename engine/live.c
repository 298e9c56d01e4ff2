/* Owns the liveness of a plan's pages: by the time a container runs, most of its plan has been carried out. */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>
#include "live.h"
#include "run.h"

#define PAGE 4096u
#define PAGES (MAX_PLAN_BYTES / PAGE + 2)

struct live {
	const struct plan *plan;
	uintptr_t base; /* of the first page */
	unsigned char is_live[PAGES];
};

static void mark(struct live *live, uint64_t offset, uint64_t size) {
	uintptr_t at = (uintptr_t)live->plan->base + offset - live->base;
	for (uintptr_t page = at / PAGE; page <= (at + size) / PAGE && page < PAGES; page++) live->is_live[page] = 1;
}

static void mark_text(struct live *live, uint64_t span) {
	uint32_t offset = (uint32_t)span, length = (uint32_t)(span >> 32);
	if ((length & SPAN_COMPOSED) == 0) {
		mark(live, offset, (uint64_t)length + 1);
		return;
	}
	const struct part *parts = (const void *)(live->plan->base + offset);
	mark(live, offset, (length & ~SPAN_COMPOSED) * (uint64_t)sizeof *parts);
	for (uint32_t i = 0; i < (length & ~SPAN_COMPOSED); i++)
		if (parts[i].kind == PART_BYTES) mark(live, parts[i].a, parts[i].b);
}

static void mark_ops(struct live *live, uint32_t first, uint32_t count);

static void mark_field(struct live *live, unsigned kind, uint64_t value) {
	uint32_t count = (uint32_t)(value >> 32);
	if (value == FIELD_NONE) return;
	switch (kind & ~(unsigned)FIELD_OPTIONAL) {
	case FIELD_TEXT: case FIELD_DATA: mark_text(live, value); break;
	case FIELD_SLOTS: case FIELD_NUMS: mark(live, (uint32_t)value, count * (uint64_t)sizeof(uint32_t)); break;
	case FIELD_OPS: mark_ops(live, (uint32_t)value, count); break;
	case FIELD_TEXTS:
		mark(live, (uint32_t)value, count * (uint64_t)sizeof(uint64_t));
		for (uint32_t i = 0; i < count; i++) mark_text(live, ((const uint64_t *)(const void *)(live->plan->base + (uint32_t)value))[i]);
		break;
	}
}

static uint64_t offset_of(const struct live *live, const void *at) { return (uint64_t)((const unsigned char *)at - live->plan->base); }

static void mark_record(struct live *live, const struct op *op) {
	mark(live, offset_of(live, op), sizeof *op);
	mark_ops(live, op->undo_first, op->undo_count);
}

/* Lists lie behind their owner and belong to one: this ends. */
static void mark_ops(struct live *live, uint32_t first, uint32_t count) {
	for (uint32_t i = first; i < first + count; i++) {
		const struct op *op = &live->plan->ops[i];
		const struct op_schema *row = schema_of(op->code);
		mark_record(live, op);
		for (int field = 0; field < MAX_FIELDS && row->fields[field] != FIELD_END; field++) mark_field(live, row->fields[field], op->f[field]);
	}
}

/* Where the list ends that this op is in. */
static uint32_t end_of_list(const struct plan *plan, uint32_t id) {
	if (id < plan->root_count) return plan->root_count;
	for (uint32_t i = 0; i < plan->op_count; i++) {
		const struct op *op = &plan->ops[i];
		const struct op_schema *row = schema_of(op->code);
		for (int field = 0; field < MAX_FIELDS; field++) {
			uint32_t first = (uint32_t)op->f[field], count = (uint32_t)(op->f[field] >> 32);
			if (row->fields[field] == FIELD_OPS && id >= first && id < first + count) return first + count;
		}
	}
	return plan->op_count;
}

void live_keep(const struct run *run, const struct op *now) {
	struct live live = { .plan = run->plan, .base = (uintptr_t)run->plan->base & ~(uintptr_t)(PAGE - 1) };
	if (getpagesize() != PAGE || run->events >= 0) return; /* a report that may be due tells of all of it */
	mark(&live, 0, sizeof(struct plan_header));
	mark_ops(&live, now->id, end_of_list(run->plan, now->id) - now->id);
	for (uint32_t i = 0; i < run->done_count; i++) mark_record(&live, &run->plan->ops[run->done[i]]);
	/* A last page that is not all the plan's is left alone. */
	uintptr_t end = ((uintptr_t)run->plan->base + run->plan->size - live.base) / PAGE;
	for (uintptr_t page = (uintptr_t)run->plan->base == live.base ? 0 : 1; page < end && page < PAGES; page++)
		if (!live.is_live[page]) madvise((void *)(live.base + page * PAGE), PAGE, MADV_DONTNEED);
}
