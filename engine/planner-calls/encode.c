// Owns the bytes of a plan as the planner makes them on its usual ways: the same bytes as src/isa/encode.ts and heap.ts
// write, ten times as fast as they are in an interpreter that has just begun. Whatever is not as expected (a field that is
// missing, a text with NUL, a plan that is too large) is left to those: they say what is wrong with it.
#define ISA_SCHEMA
#define ISA_FIELD_NAMES
#include <math.h>
#include <string.h>
#include "encode.h"
#include "../plan.h"

enum { LISTS_MAX = 1 << 18, TEXTS_KNOWN = 8192, BUCKETS = 256, SPANS_MAX = 1 << 14, NAMES = sizeof FIELD_NAMES / sizeof *FIELD_NAMES, UINT8 = 1 };
struct known { uint32_t at, length; uint16_t next; };
static struct {
  napi_env env;
  bool is_unfit;
  size_t texts_end;
  uint32_t list_count, known_count, span_count, slot_count;
  uint16_t buckets[BUCKETS];
  napi_value names[NAMES], slot, start_time, raw32, hex;
} draft;
static _Alignas(8) unsigned char out[MAX_PLAN_BYTES];
static uint32_t lists[LISTS_MAX];
static struct known known[TEXTS_KNOWN];
static uint32_t *spans[SPANS_MAX]; // words that hold an offset into the lists

static void unfit(void) { draft.is_unfit = true; }
static napi_value key(napi_value *kept, const char *name) {
  if (*kept == NULL && napi_create_string_utf8(draft.env, name, strlen(name), kept) != napi_ok) unfit();
  return *kept;
}
static napi_value property(napi_value object, napi_value *kept, const char *name) {
  napi_value value = NULL;
  if (napi_get_property(draft.env, object, key(kept, name), &value) != napi_ok) unfit();
  return value;
}
static napi_value element(napi_value array, uint32_t index) {
  napi_value value = NULL;
  if (napi_get_element(draft.env, array, index, &value) != napi_ok) unfit();
  return value;
}
static napi_valuetype type_of(napi_value value) {
  napi_valuetype type = napi_undefined;
  if (value == NULL || napi_typeof(draft.env, value, &type) != napi_ok) unfit();
  return type;
}
/** -1: no array. */
static int64_t length_of(napi_value value) {
  bool is_array = false;
  uint32_t length = 0;
  if (type_of(value) != napi_object || napi_is_array(draft.env, value, &is_array) != napi_ok || !is_array) return -1;
  return napi_get_array_length(draft.env, value, &length) == napi_ok ? (int64_t)length : -1;
}
/** A whole number as 64 bits of two's complement. */
static bool number(napi_value value, uint64_t *result) {
  double real = 0;
  bool is_lossless = false;
  napi_valuetype type = type_of(value);
  if (type == napi_bigint) return napi_get_value_bigint_uint64(draft.env, value, result, &is_lossless) == napi_ok;
  if (type != napi_number || napi_get_value_double(draft.env, value, &real) != napi_ok) return false;
  if (!(real >= -9007199254740991.0 && real <= 9007199254740991.0) || real != floor(real)) return false;
  *result = (uint64_t)(int64_t)real;
  return true;
}

static void put_words(uint32_t *words, uint64_t value) {
  words[0] = (uint32_t)value;
  words[1] = (uint32_t)(value >> 32);
}
static uint32_t *take(uint32_t count, uint32_t align) {
  if (align == 2 && draft.list_count % 2 == 1) lists[draft.list_count++] = 0;
  if (count >= LISTS_MAX - draft.list_count - 1) {
    unfit();
    return NULL;
  }
  uint32_t *first = lists + draft.list_count;
  memset(first, 0, count * sizeof *first);
  draft.list_count += count;
  return first;
}
static void span(uint32_t *words, const uint32_t *first, uint32_t length) {
  if (draft.span_count == SPANS_MAX) return unfit();
  words[0] = (uint32_t)(4 * (first - lists));
  words[1] = length;
  spans[draft.span_count++] = words;
}

/** Each text once. */
static void plain(uint32_t *words, napi_value value, bool is_c_string) {
  char *room = (char *)out + draft.texts_end;
  size_t left = sizeof out - draft.texts_end, length = 0;
  if (left < 2 || napi_get_value_string_utf8(draft.env, value, room, left, &length) != napi_ok || length >= left - 1) return unfit();
  if (is_c_string && memchr(room, 0, length) != NULL) return unfit();
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)room[i]) * 16777619u;
  uint16_t *bucket = draft.buckets + (hash ^ hash >> 16) % BUCKETS;
  for (uint16_t i = *bucket; i != 0; i = known[i].next)
    if (known[i].length == length && memcmp(out + known[i].at, room, length) == 0) {
      words[0] = known[i].at;
      words[1] = (uint32_t)length;
      return;
    }
  if (++draft.known_count == TEXTS_KNOWN) return unfit();
  known[draft.known_count] = (struct known){(uint32_t)draft.texts_end, (uint32_t)length, *bucket};
  *bucket = (uint16_t)draft.known_count;
  words[0] = (uint32_t)draft.texts_end;
  words[1] = (uint32_t)length;
  room[length] = 0;
  draft.texts_end += length + 1;
}

static int digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }
static void hex_bytes(uint32_t *words, napi_value value) {
  char *room = (char *)out + draft.texts_end; // for a moment
  size_t left = sizeof out - draft.texts_end, length = 0;
  if (left < 2 || napi_get_value_string_utf8(draft.env, value, room, left, &length) != napi_ok || length >= left - 1 || length % 2 != 0) return unfit();
  uint32_t size = (uint32_t)(length / 2), *first = take((size + 3) / 4, 1);
  for (uint32_t i = 0; first != NULL && i < size; i++) {
    int high = digit(room[2 * i]), low = digit(room[2 * i + 1]);
    if (high < 0 || low < 0) return unfit();
    first[i / 4] |= (uint32_t)(high << 4 | low) << (8 * (i % 4));
  }
  if (first != NULL) span(words, first, size);
}

/** `{ slot }`, `{ startTime }`, `{ raw32 }`, `{ hex }`, or a text. */
static void part(uint32_t *words, napi_value value, bool is_c_string) {
  static const struct { const char *name; uint32_t kind; } REFS[] = { { "slot", PART_DECIMAL }, { "startTime", PART_START_TIME }, { "raw32", PART_RAW32 } };
  napi_value *kept[] = { &draft.slot, &draft.start_time, &draft.raw32 };
  uint64_t slot = 0;
  if (type_of(value) == napi_string) return plain(words + 1, value, is_c_string);
  if (type_of(value) != napi_object) return unfit();
  napi_value hex = property(value, &draft.hex, "hex");
  if (hex != NULL && type_of(hex) == napi_string) return hex_bytes(words + 1, hex);
  for (size_t i = 0; i < 3; i++) {
    napi_value found = property(value, kept[i], REFS[i].name);
    if (found == NULL || type_of(found) == napi_undefined) continue;
    if (!number(found, &slot) || slot > UINT32_MAX) return unfit();
    words[0] = REFS[i].kind;
    words[1] = (uint32_t)slot;
    return;
  }
  unfit();
}
static void text(uint32_t *words, napi_value value, bool is_c_string) {
  if (type_of(value) == napi_string) return plain(words, value, is_c_string);
  int64_t count = length_of(value);
  uint32_t *parts = count < 0 ? NULL : take(3 * (uint32_t)count, 1);
  if (parts == NULL) return unfit();
  span(words, parts, (uint32_t)count | SPAN_COMPOSED);
  for (uint32_t i = 0; i < count && !draft.is_unfit; i++) part(parts + 3 * i, element(value, i), is_c_string);
}
static void texts(uint32_t *words, napi_value value) {
  int64_t count = length_of(value);
  uint32_t *first = count < 0 ? NULL : take(2 * (uint32_t)count, 2);
  if (first == NULL) return unfit();
  span(words, first, (uint32_t)count);
  for (uint32_t i = 0; i < count && !draft.is_unfit; i++) text(first + 2 * i, element(value, i), true);
}
static void nums(uint32_t *words, napi_value value) {
  int64_t count = length_of(value);
  uint32_t *first = count < 0 ? NULL : take((uint32_t)count, 1);
  uint64_t one = 0;
  if (first == NULL) return unfit();
  for (uint32_t i = 0; i < count; i++) {
    if (!number(element(value, i), &one)) return unfit();
    first[i] = (uint32_t)one;
  }
  span(words, first, (uint32_t)count);
}

static void field(uint32_t *words, unsigned kind, napi_value value, uint32_t body_at) {
  uint64_t immediate = 0;
  unsigned bare = kind & ~(unsigned)FIELD_OPTIONAL;
  if (bare == FIELD_OPS) {
    int64_t count = length_of(value);
    words[0] = body_at;
    words[1] = count < 0 ? 0 : (uint32_t)count;
  } else if (type_of(value) == napi_undefined) {
    if ((kind & FIELD_OPTIONAL) == 0) return unfit();
    put_words(words, FIELD_NONE);
  } else switch (bare) {
    case FIELD_TEXT: return text(words, value, true);
    case FIELD_DATA: return text(words, value, false);
    case FIELD_TEXTS: return texts(words, value);
    case FIELD_NUMS: case FIELD_SLOTS: return nums(words, value);
    default:
      if (!number(value, &immediate)) return unfit();
      put_words(words, immediate);
      if (bare == FIELD_NEW_SLOT && immediate < UINT32_MAX && immediate >= draft.slot_count) draft.slot_count = (uint32_t)immediate + 1;
  }
}

/** A short word, "" for undefined; NULL for anything else. */
static const char *word(napi_value value, char room[32]) {
  size_t length = 0;
  room[0] = 0;
  if (value == NULL || type_of(value) == napi_undefined) return room;
  if (type_of(value) != napi_string || napi_get_value_string_utf8(draft.env, value, room, 32, &length) != napi_ok || length >= 31) return NULL;
  return room;
}
static unsigned code_of(const char *name) {
  for (unsigned code = 0; code < OP_CODES; code++)
    if (ISA[code].name != NULL && strcmp(ISA[code].name, name) == 0) return code;
  unfit();
  return 0;
}
static unsigned errno_of(const char *name) {
  for (size_t i = 0; i < sizeof ERRNO_NAMES / sizeof *ERRNO_NAMES; i++)
    if (strcmp(ERRNO_NAMES[i].name, name) == 0) return ERRNO_NAMES[i].number;
  unfit();
  return 0;
}
static void tolerance(struct op *op, napi_value value) {
  char room[32];
  int64_t count = length_of(value);
  if (count > MAX_ERRNOS) return unfit();
  if (count < 0) {
    const char *said = word(value, room);
    if (said == NULL || (strcmp(said, "ignore") != 0 && strcmp(said, "fail") != 0 && *said != 0)) return unfit();
    if (strcmp(said, "ignore") == 0) op->tolerance = TOLERATE_ALL;
    return;
  }
  op->tolerance = TOLERATE_LISTED;
  for (uint32_t i = 0; i < count; i++) {
    const char *name = word(element(value, i), room);
    if (name == NULL) return unfit();
    op->errnos[i] = (uint16_t)errno_of(name);
  }
}
static uint32_t count_at(napi_value array, uint32_t id) {
  uint64_t value = 0;
  napi_value found = element(array, id);
  if (found == NULL || type_of(found) == napi_undefined) return 0;
  if (!number(found, &value) || value > MAX_OPS) unfit();
  return (uint32_t)value;
}

struct frame { napi_value op, on_error, when; };
static void encode_op(struct op *op, uint32_t id, napi_value value, const struct flat_plan *flat, struct frame *keys) {
  char room[32];
  if (type_of(value) != napi_object) return unfit();
  const char *name = word(property(value, &keys->op, "op"), room);
  if (name == NULL) return unfit();
  op->code = (uint16_t)code_of(name);
  op->id = id;
  op->undo_first = count_at(flat->undo_at, id);
  op->undo_count = (uint16_t)count_at(flat->undo_count, id);
  tolerance(op, property(value, &keys->on_error, "onError"));
  const char *when = word(property(value, &keys->when, "when"), room);
  if (when == NULL) return unfit();
  if (*when != 0) op->when = strcmp(when, "stop") == 0 ? WHEN_STOP : strcmp(when, "reboot") == 0 ? WHEN_REBOOT : (unfit(), 0);
  uint32_t body_at = count_at(flat->body_at, id);
  for (unsigned i = 0; i < MAX_FIELDS && ISA[op->code].fields[i] != FIELD_END && !draft.is_unfit; i++) {
    unsigned named = FIELD_NAME[op->code][i];
    field((uint32_t *)(void *)&op->f[i], ISA[op->code].fields[i], property(value, &draft.names[named], FIELD_NAMES[named]), body_at);
  }
}

/** Lists and notes behind the texts; spans point to where the lists are now. */
static size_t finish(napi_value notes, struct plan_header *header) {
  size_t at = draft.span_count == 0 ? draft.texts_end : (draft.texts_end + 7) & ~(size_t)7, length = 0;
  size_t notes_at = at + 4 * (size_t)draft.list_count;
  if (notes_at + 1 >= sizeof out) {
    unfit();
    return 0;
  }
  for (uint32_t i = 0; i < draft.span_count; i++) spans[i][0] += (uint32_t)at;
  memset(out + draft.texts_end, 0, at - draft.texts_end);
  memcpy(out + at, lists, 4 * (size_t)draft.list_count);
  size_t left = sizeof out - notes_at;
  if (napi_get_value_string_utf8(draft.env, notes, (char *)out + notes_at, left, &length) != napi_ok || length >= left - 1) unfit();
  header->total = (uint32_t)(notes_at + length);
  header->notes_at = (uint32_t)notes_at;
  header->notes_len = (uint32_t)length;
  return notes_at + length;
}

napi_value encode_plan(napi_env env, const struct flat_plan *flat) {
  memset(&draft, 0, sizeof draft);
  draft.env = env;
  int64_t count = length_of(flat->ops);
  uint64_t root_count = 0;
  if (count < 0 || count > MAX_OPS || !number(flat->root_count, &root_count) || root_count > MAX_OPS) return NULL;
  struct plan_header *header = (void *)out;
  struct op *ops = (void *)(out + HEADER_BYTES);
  struct frame keys = { NULL, NULL, NULL };
  draft.texts_end = HEADER_BYTES + OP_BYTES * (size_t)count;
  memset(out, 0, draft.texts_end);
  for (uint32_t id = 0; id < count && !draft.is_unfit; id++) encode_op(ops + id, id, element(flat->ops, id), flat, &keys);
  *header = (struct plan_header){ .magic = PLAN_MAGIC, .version = PLAN_VERSION, .op_count = (uint32_t)count, .root_count = (uint32_t)root_count, .slot_count = draft.slot_count, .ops_at = HEADER_BYTES };
  size_t total = finish(flat->notes, header);
  void *data = NULL;
  napi_value buffer = NULL, bytes = NULL;
  if (draft.is_unfit || napi_create_arraybuffer(env, total, &data, &buffer) != napi_ok) return NULL;
  memcpy(data, out, total);
  return napi_create_typedarray(env, UINT8, total, buffer, 0, &bytes) == napi_ok ? bytes : NULL;
}
