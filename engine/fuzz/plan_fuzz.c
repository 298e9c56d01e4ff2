/* Fuzzes the decoder: whatever plan_verify accepts, no accessor of a field may leave the plan. */
#include <stdlib.h>
#include <string.h>
#include "op.h"

static struct run run;
static volatile unsigned char sink; /* so that what is read is really read */

static void touch(const void *bytes, size_t size) {
	const unsigned char *at = bytes;
	for (size_t i = 0; i < size; i++) sink ^= at[i];
}

static void touch_field(const struct op *op, int field, unsigned kind) {
	static char *texts[MAX_TEXTS];
	size_t count;
	run.scratch_used = 0;
	run.detail[0] = 0;
	switch (kind & ~(unsigned)FIELD_OPTIONAL) {
	case FIELD_U32: case FIELD_U64: sink ^= (unsigned char)num(op, field); break;
	case FIELD_SLOT: sink ^= (unsigned char)(slot_fd(&run, op, field) ^ slot_value(&run, op, field)); break;
	case FIELD_TEXT: count = strlen(text(&run, op, field)); touch(&count, sizeof count); break;
	case FIELD_DATA: { const void *bytes = data(&run, op, field, &count); touch(bytes, bytes ? count : 0); break; }
	case FIELD_TEXTS:
		count = text_list(&run, op, field, texts, MAX_TEXTS);
		for (size_t i = 0; i < count; i++) touch(texts[i], strlen(texts[i]));
		break;
	case FIELD_NUMS: case FIELD_SLOTS: { const uint32_t *numbers = num_list(&run, op, field, &count); touch(numbers, numbers ? 4 * count : 0); break; }
	}
}

static void touch_plan(const struct plan *plan) {
	run.plan = plan;
	for (uint32_t i = 0; i < plan->op_count; i++) {
		const struct op *op = &plan->ops[i];
		const struct op_schema *row = schema_of(op->code);
		compose_all(&run, op);
		for (int field = 0; field < MAX_FIELDS && row->fields[field] != FIELD_END; field++) touch_field(op, field, row->fields[field]);
		for (uint32_t j = 0; j < op->undo_count; j++) sink ^= (unsigned char)plan->ops[op->undo_first + j].id;
	}
}

static void try(const uint8_t *bytes, size_t size, int is_patched) {
	unsigned char *copy = malloc(size ? size : 1); /* exactly as long, so that a byte too far is seen */
	struct plan plan;
	const char *why = NULL;
	memcpy(copy, bytes, size);
	if (is_patched && size >= sizeof(struct plan_header)) {
		struct plan_header *head = (struct plan_header *)(void *)copy;
		head->magic = PLAN_MAGIC;
		head->version = PLAN_VERSION;
		head->total = (uint32_t)size;
	}
	if (plan_verify(&plan, copy, size, &why) == 0) touch_plan(&plan);
	else if (!why) abort();
	free(copy);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv) {
	(void)argc;
	(void)argv;
	run.channel = run.events = -1;
	run.process = "fuzz";
	for (int i = 0; i < MAX_SLOTS; i++) {
		int64_t value = i % 3 == 1 ? 2 : (int64_t)1 << (i % 63);
		run.slots[i] = (struct slot){ (enum slot_kind)(i % 3), value, -1 };
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
	try(bytes, size, 0);
	try(bytes, size, 1);
	return 0;
}
