/* Owns access to the fields of an op, and the texts that are composed from slots. */
#include "kernel.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lists.h"
#include "room.h"
#include "run.h"

struct lists lists ROOM;

bool has(const struct op *op, int field) {
	return op->f[field] != FIELD_NONE || !(schema_of(op->code)->fields[field] & FIELD_OPTIONAL);
}

uint64_t num(const struct op *op, int field) { return has(op, field) ? op->f[field] : 0; }

static struct slot *slot_of(struct run *run, uint64_t index, enum slot_kind kind) {
	struct slot *slot = &run->slots[index];
	if (slot->kind == kind) return slot;
	detail(run, "slot %u is %s", (unsigned)index, slot->kind == SLOT_EMPTY ? "empty" : "of another kind");
	errno = EBADF;
	return NULL;
}

int slot_fd(struct run *run, const struct op *op, int field) {
	if (!has(op, field)) {
		errno = EBADF;
		return -1;
	}
	struct slot *slot = slot_of(run, op->f[field], SLOT_FD);
	return slot ? (int)slot->value : -1;
}

int64_t slot_value(struct run *run, const struct op *op, int field) {
	if (!has(op, field)) {
		errno = EBADF;
		return -1;
	}
	struct slot *slot = &run->slots[op->f[field]];
	if (slot->kind != SLOT_EMPTY) return slot->value;
	return slot_of(run, op->f[field], SLOT_NUMBER) ? 0 : -1;
}

static void slot_clear(struct slot *slot) {
	if (slot->kind == SLOT_FD) close((int)slot->value);
	if (slot->kind != SLOT_EMPTY && slot->channel >= 0) close(slot->channel);
	*slot = (struct slot){ .channel = -1 };
}

int slot_put(struct run *run, const struct op *op, int field, enum slot_kind kind, int64_t value) {
	if (!has(op, field)) {
		if (kind == SLOT_FD) close((int)value);
		return 0;
	}
	struct slot *slot = &run->slots[op->f[field]];
	slot_clear(slot);
	*slot = (struct slot){ kind, value, -1 };
	return 0;
}

void slots_forget(struct run *run, const struct op *op) {
	const unsigned char *kinds = schema_of(op->code)->fields;
	for (int i = 0; i < MAX_FIELDS; i++)
		if ((kinds[i] & ~FIELD_OPTIONAL) == FIELD_NEW_SLOT && has(op, i)) slot_clear(&run->slots[op->f[i]]);
}

/* The text after the command name in proc(5) stat: its name may contain anything. */
uint64_t start_time(pid_t pid) {
	char path[64], stat[1024];
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT) errno = ESRCH;
		return 0;
	}
	ssize_t got = read(fd, stat, sizeof stat - 1);
	close(fd);
	stat[got > 0 ? got : 0] = 0;
	const char *at = strrchr(stat, ')');
	for (int field = 2; at && field < 22; field++) at = strchr(at + 1, ' ');
	if (!at) errno = ESRCH;
	return at ? strtoull(at, NULL, 10) : 0;
}

/* What compose_all has seen of a process holds for the whole op, though the process may end meanwhile. */
static struct { pid_t pid; uint64_t value; } seen[8];
static size_t seen_count;

static uint64_t remembered_start(pid_t pid) {
	for (size_t i = 0; i < seen_count; i++)
		if (seen[i].pid == pid) return seen[i].value;
	uint64_t value = start_time(pid);
	if (value && seen_count < sizeof seen / sizeof *seen) {
		seen[seen_count].pid = pid;
		seen[seen_count++].value = value;
	}
	return value;
}

static int append(struct run *run, const void *bytes, size_t size) {
	if (size > sizeof run->scratch - run->scratch_used) {
		detail(run, "the composed texts of one op are longer than %zu bytes", sizeof run->scratch);
		errno = E2BIG;
		return -1;
	}
	memcpy(run->scratch + run->scratch_used, bytes, size);
	run->scratch_used += size;
	return 0;
}

static int append_part(struct run *run, const struct part *part) {
	if (part->kind == PART_BYTES) return append(run, run->plan->base + part->a, part->b);
	struct slot *slot = &run->slots[part->a];
	if (slot->kind == SLOT_EMPTY) slot = slot_of(run, part->a, SLOT_NUMBER);
	if (!slot) return -1;
	if (part->kind == PART_RAW32) {
		uint32_t raw = (uint32_t)slot->value;
		return append(run, &raw, sizeof raw);
	}
	uint64_t value = (uint64_t)slot->value;
	if (part->kind == PART_START_TIME && (value = remembered_start((pid_t)slot->value)) == 0) return -1;
	char decimal[24];
	return append(run, decimal, (size_t)snprintf(decimal, sizeof decimal, "%llu", (unsigned long long)value));
}

/* NULL when a slot is empty or the scratch is full; run_op tries this before the handler sees the op. */
static const char *compose(struct run *run, uint64_t span, size_t *size) {
	const struct part *parts = (const void *)(run->plan->base + (uint32_t)span);
	uint32_t count = (uint32_t)(span >> 32) & ~SPAN_COMPOSED;
	run->scratch_used = (run->scratch_used + 7) & ~(size_t)7;
	size_t start = run->scratch_used;
	for (uint32_t i = 0; i < count; i++)
		if (append_part(run, &parts[i]) < 0) return NULL;
	*size = run->scratch_used - start;
	return append(run, "", 1) < 0 ? NULL : run->scratch + start;
}

static const char *text_at(struct run *run, uint64_t span) {
	if (!((span >> 32) & SPAN_COMPOSED)) return (const char *)run->plan->base + (uint32_t)span;
	size_t size;
	const char *made = compose(run, span, &size);
	return made ? made : "";
}

const char *text(struct run *run, const struct op *op, int field) { return has(op, field) ? text_at(run, op->f[field]) : ""; }

const void *data(struct run *run, const struct op *op, int field, size_t *len) {
	uint64_t span = op->f[field];
	*len = 0;
	if (!has(op, field)) return NULL;
	uint32_t count = (uint32_t)(span >> 32);
	*len = count;
	if (!(count & SPAN_COMPOSED)) return run->plan->base + (uint32_t)span;
	const struct part *only = (const void *)(run->plan->base + (uint32_t)span);
	if ((count & ~SPAN_COMPOSED) == 1 && only->kind == PART_BYTES) { /* may be larger than the scratch: used in place */
		*len = only->b;
		return run->plan->base + only->a;
	}
	const char *made = compose(run, span, len);
	if (!made) *len = 0;
	return made ? made : "";
}

size_t text_list(struct run *run, const struct op *op, int field, char **out, size_t max) {
	size_t count = has(op, field) ? (size_t)(op->f[field] >> 32) : 0;
	const uint64_t *spans = (const void *)(run->plan->base + (uint32_t)op->f[field]);
	if (count >= max) count = max - 1;
	for (size_t i = 0; i < count; i++) out[i] = (char *)(uintptr_t)text_at(run, spans[i]);
	out[count] = NULL;
	return count;
}

const uint32_t *num_list(const struct run *run, const struct op *op, int field, size_t *count) {
	*count = has(op, field) ? (size_t)(op->f[field] >> 32) : 0;
	return has(op, field) ? (const void *)(run->plan->base + (uint32_t)op->f[field]) : NULL;
}

static int try_text(struct run *run, uint64_t span, bool is_data) {
	uint32_t count = (uint32_t)(span >> 32);
	size_t size;
	if (!(count & SPAN_COMPOSED)) return 0;
	const struct part *only = (const void *)(run->plan->base + (uint32_t)span);
	if (is_data && (count & ~SPAN_COMPOSED) == 1 && only->kind == PART_BYTES) return 0;
	return compose(run, span, &size) ? 0 : -1;
}

/* Composes every text of the op once: so that no handler ever acts on half of one. */
int compose_all(struct run *run, const struct op *op) {
	const struct op_schema *row = schema_of(op->code);
	seen_count = 0;
	for (int i = 0; i < MAX_FIELDS && row->fields[i] != FIELD_END; i++) {
		unsigned kind = row->fields[i] & ~(unsigned)FIELD_OPTIONAL;
		if (!has(op, i)) continue;
		if ((kind == FIELD_TEXT || kind == FIELD_DATA) && try_text(run, op->f[i], kind == FIELD_DATA) < 0) return -1;
		if (kind != FIELD_TEXTS) continue;
		const uint64_t *spans = (const void *)(run->plan->base + (uint32_t)op->f[i]);
		for (uint32_t j = 0; j < op->f[i] >> 32; j++)
			if (try_text(run, spans[j], false) < 0) return -1;
	}
	run->scratch_used = 0;
	return 0;
}
