// The part of Node-API (version 1, https://nodejs.org/api/n-api.html) that calls.c uses. Its ABI is stable; Debian has no
// package with the header alone.
#ifndef BERTH_NAPI_H
#define BERTH_NAPI_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef int napi_status;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
enum { napi_ok = 0 };

typedef enum { napi_undefined, napi_null, napi_boolean, napi_number, napi_string, napi_symbol, napi_object, napi_function, napi_external, napi_bigint } napi_valuetype;

napi_status napi_typeof(napi_env env, napi_value value, napi_valuetype *result);
napi_status napi_is_array(napi_env env, napi_value value, bool *result);
napi_status napi_get_array_length(napi_env env, napi_value value, uint32_t *result);
napi_status napi_get_element(napi_env env, napi_value object, uint32_t index, napi_value *result);
napi_status napi_get_property(napi_env env, napi_value object, napi_value key, napi_value *result);
napi_status napi_get_value_double(napi_env env, napi_value value, double *result);
napi_status napi_get_value_bigint_uint64(napi_env env, napi_value value, uint64_t *result, bool *is_lossless);
napi_status napi_create_arraybuffer(napi_env env, size_t length, void **data, napi_value *result);
napi_status napi_create_typedarray(napi_env env, int type, size_t length, napi_value buffer, size_t offset, napi_value *result);
napi_status napi_create_function(napi_env env, const char *name, size_t length, napi_callback call, void *data, napi_value *result);
napi_status napi_set_named_property(napi_env env, napi_value object, const char *name, napi_value value);
napi_status napi_get_cb_info(napi_env env, napi_callback_info info, size_t *argc, napi_value *argv, napi_value *self, void **data);
napi_status napi_get_value_int64(napi_env env, napi_value value, int64_t *result);
napi_status napi_get_value_string_utf8(napi_env env, napi_value value, char *room, size_t size, size_t *length);
napi_status napi_get_typedarray_info(napi_env env, napi_value value, int *type, size_t *length, void **data, napi_value *buffer, size_t *offset);
napi_status napi_create_int64(napi_env env, int64_t value, napi_value *result);
napi_status napi_create_string_utf8(napi_env env, const char *text, size_t length, napi_value *result);
#endif
