// What encode.c offers the addon.
#ifndef BERTH_PLANNER_ENCODE_H
#define BERTH_PLANNER_ENCODE_H
#include "napi.h"

/** A flattened plan as src/isa/encode.ts has it: all ops by id, and where the lists that they own lie. */
struct flat_plan { napi_value ops, body_at, undo_at, undo_count, root_count, notes; };
/** Its bytes, an Uint8Array; NULL when src/isa/encode.ts has to make them. */
napi_value encode_plan(napi_env env, const struct flat_plan *flat);
#endif
