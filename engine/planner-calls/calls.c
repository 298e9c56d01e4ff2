// Owns the planner's way to the kernel: an addon (Node-API) with one function for each system call that a command needs on
// its usual way. Bun's node:fs does the same and more, but costs 0.8 ms before its first call (docs/decisions/0015).
// Each function returns what the call gave, or -errno; it throws nothing and keeps no state. What it cannot take (an
// argument of another kind, a longer text) is UNFIT: src/host/planner/fs.ts then asks node:fs.
// Only syscall() and errno come from the C library, whichever the planner is linked with.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "encode.h"
#include "napi.h"

enum { ARGS = 6, TEXT_MAX = 1 << 16, UNFIT = -4095 };
struct call { napi_env env; size_t argc; napi_value argv[ARGS]; };

static napi_value number(napi_env env, long value) {
  napi_value result = NULL;
  napi_create_int64(env, value, &result);
  return result;
}
static napi_value outcome(napi_env env, long value) { return number(env, value < 0 ? -errno : value); }
static napi_value text(napi_env env, const char *bytes, size_t length) {
  napi_value result = NULL;
  return napi_create_string_utf8(env, bytes, length, &result) == napi_ok ? result : number(env, UNFIT);
}

static struct call called(napi_env env, napi_callback_info info) {
  struct call call = {.env = env, .argc = ARGS};
  if (napi_get_cb_info(env, info, &call.argc, call.argv, NULL, NULL) != napi_ok) call.argc = 0;
  return call;
}
static bool int_arg(const struct call *call, size_t at, int64_t *value) {
  return at < call->argc && napi_get_value_int64(call->env, call->argv[at], value) == napi_ok;
}
/** A path without NUL, shorter than PATH_MAX. */
static bool path_arg(const struct call *call, size_t at, char path[PATH_MAX]) {
  size_t length = 0;
  if (at >= call->argc || napi_get_value_string_utf8(call->env, call->argv[at], path, PATH_MAX, &length) != napi_ok) return false;
  return length > 0 && length < PATH_MAX - 1 && memchr(path, 0, length) == NULL;
}
struct bytes { char *data; size_t length; };
/** A piece of an Uint8Array: the array, where it begins, how long it is. */
static bool bytes_arg(const struct call *call, size_t at, struct bytes *piece) {
  enum { UINT8 = 1 };
  int type = -1;
  size_t length = 0;
  void *data = NULL;
  int64_t from = 0, count = 0;
  if (at >= call->argc || napi_get_typedarray_info(call->env, call->argv[at], &type, &length, &data, NULL, NULL) != napi_ok) return false;
  if (type != UINT8 || !int_arg(call, at + 1, &from) || !int_arg(call, at + 2, &count)) return false;
  if (from < 0 || count < 0 || (uint64_t)from > length || (uint64_t)count > length - (uint64_t)from) return false;
  *piece = (struct bytes){(char *)data + from, (size_t)count};
  return true;
}

static napi_value call_open(napi_env env, napi_callback_info info) {
  struct call call = called(env, info);
  char path[PATH_MAX];
  int64_t flags = 0;
  if (!path_arg(&call, 0, path) || !int_arg(&call, 1, &flags) || (flags & O_CREAT) != 0) return number(env, UNFIT);
  return outcome(env, syscall(SYS_openat, AT_FDCWD, path, (int)flags | O_CLOEXEC, 0));
}
static napi_value call_close(napi_env env, napi_callback_info info) {
  struct call call = called(env, info);
  int64_t fd = -1;
  return int_arg(&call, 0, &fd) ? outcome(env, syscall(SYS_close, (int)fd)) : number(env, UNFIT);
}
static napi_value transfer(napi_env env, napi_callback_info info, long which) {
  struct call call = called(env, info);
  int64_t fd = -1;
  struct bytes piece;
  if (!int_arg(&call, 0, &fd) || !bytes_arg(&call, 1, &piece)) return number(env, UNFIT);
  return outcome(env, syscall(which, (int)fd, piece.data, piece.length));
}
static napi_value call_read(napi_env env, napi_callback_info info) { return transfer(env, info, SYS_read); }
static napi_value call_write(napi_env env, napi_callback_info info) { return transfer(env, info, SYS_write); }

/** What a pipe holds, in bytes: rounded up, and no more than the kernel lets this user have. */
static napi_value call_pipe_size(napi_env env, napi_callback_info info) {
  struct call call = called(env, info);
  int64_t fd = -1, size = 0;
  if (!int_arg(&call, 0, &fd) || !int_arg(&call, 1, &size) || size <= 0 || size > INT_MAX) return number(env, UNFIT);
  return outcome(env, syscall(SYS_fcntl, (int)fd, F_SETPIPE_SZ, (int)size));
}

/** A whole file of at most TEXT_MAX - 1 bytes as text. */
static napi_value call_read_text(napi_env env, napi_callback_info info) {
  struct call call = called(env, info);
  char path[PATH_MAX], room[TEXT_MAX];
  if (!path_arg(&call, 0, path)) return number(env, UNFIT);
  long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_NOCTTY | O_CLOEXEC, 0);
  if (fd < 0) return number(env, -errno);
  size_t length = 0;
  long count = 1;
  while ((count > 0 || (count < 0 && errno == EINTR)) && length < TEXT_MAX) {
    count = syscall(SYS_read, (int)fd, room + length, TEXT_MAX - length);
    if (count > 0) length += (size_t)count;
  }
  long failure = count < 0 ? -errno : length == TEXT_MAX ? UNFIT : 0;
  syscall(SYS_close, (int)fd);
  return failure != 0 ? number(env, failure) : text(env, room, length);
}

static napi_value call_access(napi_env env, napi_callback_info info) {
  struct call call = called(env, info);
  char path[PATH_MAX];
  int64_t mode = 0;
  if (!path_arg(&call, 0, path) || !int_arg(&call, 1, &mode)) return number(env, UNFIT);
  return outcome(env, syscall(SYS_faccessat, AT_FDCWD, path, (int)mode));
}

static napi_value call_readlink(napi_env env, napi_callback_info info) {
  struct call call = called(env, info);
  char path[PATH_MAX], target[PATH_MAX];
  if (!path_arg(&call, 0, path)) return number(env, UNFIT);
  long length = syscall(SYS_readlinkat, AT_FDCWD, path, target, sizeof target);
  return length < 0 ? number(env, -errno) : text(env, target, (size_t)length);
}

struct entry { uint64_t ino; int64_t off; uint16_t length; uint8_t type; char name[]; };
/** The names in a directory, in its own order, each with a slash behind it. */
static napi_value call_readdir(napi_env env, napi_callback_info info) {
  struct call call = called(env, info);
  char path[PATH_MAX], names[TEXT_MAX], room[TEXT_MAX / 2] __attribute__((aligned(8)));
  if (!path_arg(&call, 0, path)) return number(env, UNFIT);
  long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0) return number(env, -errno);
  size_t length = 0;
  long failure = 0, count = 0;
  while (failure == 0 && (count = syscall(SYS_getdents64, (int)fd, room, sizeof room)) > 0) {
    for (long at = 0; failure == 0 && at < count; at += ((struct entry *)(void *)(room + at))->length) {
      const char *name = ((struct entry *)(void *)(room + at))->name;
      size_t size = strlen(name);
      if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
      if (size + 1 > TEXT_MAX - length) failure = UNFIT;
      else {
        memcpy(names + length, name, size);
        names[length + size] = '/';
        length += size + 1;
      }
    }
  }
  if (count < 0) failure = -errno;
  syscall(SYS_close, (int)fd);
  return failure != 0 ? number(env, failure) : text(env, names, length);
}

static double moment(const struct statx_timestamp *time) { return (double)time->tv_sec * 1000 + (double)time->tv_nsec / 1e6; }
static uint64_t device(uint32_t major, uint32_t minor) {
  return ((uint64_t)(major & 0xfffff000u) << 32) | ((uint64_t)(major & 0xfffu) << 8) | ((uint64_t)(minor & 0xffffff00u) << 12) | (minor & 0xffu);
}
/** statx(2) of a path (or, for "", of a descriptor) into a Float64Array, in the order of FIELDS in src/host/planner-fs.ts. */
static napi_value call_stat(napi_env env, napi_callback_info info) {
  enum { FLOAT64 = 8, FIELDS = 14 };
  struct call call = called(env, info);
  char path[PATH_MAX];
  int64_t fd = AT_FDCWD, flags = 0;
  int type = -1;
  size_t length = 0;
  void *data = NULL;
  if (!int_arg(&call, 0, &fd) || !int_arg(&call, 2, &flags) || call.argc < 4) return number(env, UNFIT);
  if ((flags & AT_EMPTY_PATH) != 0) path[0] = 0;
  else if (!path_arg(&call, 1, path)) return number(env, UNFIT);
  if (napi_get_typedarray_info(env, call.argv[3], &type, &length, &data, NULL, NULL) != napi_ok || type != FLOAT64 || length < FIELDS) return number(env, UNFIT);
  struct statx found;
  if (syscall(SYS_statx, (int)fd, path, (int)flags, STATX_BASIC_STATS | STATX_BTIME, &found) < 0) return number(env, -errno);
  const double fields[FIELDS] = {
    (double)device(found.stx_dev_major, found.stx_dev_minor), found.stx_mode, found.stx_nlink, found.stx_uid, found.stx_gid,
    (double)device(found.stx_rdev_major, found.stx_rdev_minor), found.stx_blksize, (double)found.stx_ino, (double)found.stx_size, (double)found.stx_blocks,
    moment(&found.stx_atime), moment(&found.stx_mtime), moment(&found.stx_ctime), moment(&found.stx_btime),
  };
  memcpy(data, fields, sizeof fields);
  return number(env, 0);
}

/** The type of the file system that a path lies on: f_type of statfs(2). */
static napi_value call_statfs_type(napi_env env, napi_callback_info info) {
  struct call call = called(env, info);
  char path[PATH_MAX];
  struct statfs found;
  if (!path_arg(&call, 0, path)) return number(env, UNFIT);
  return syscall(SYS_statfs, path, &found) < 0 ? number(env, -errno) : number(env, (long)found.f_type);
}

/** The bytes of a plan: encode.c. */
static napi_value call_encode(napi_env env, napi_callback_info info) {
  struct call call = called(env, info);
  if (call.argc < ARGS) return number(env, UNFIT);
  struct flat_plan flat = { call.argv[0], call.argv[1], call.argv[2], call.argv[3], call.argv[4], call.argv[5] };
  napi_value bytes = encode_plan(env, &flat);
  return bytes != NULL ? bytes : number(env, UNFIT);
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports);
napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  static const struct { const char *name; napi_callback call; } calls[] = {
    {"open", call_open}, {"close", call_close}, {"read", call_read}, {"write", call_write}, {"pipeSize", call_pipe_size}, {"readText", call_read_text}, {"access", call_access},
    {"readlink", call_readlink}, {"readdir", call_readdir}, {"stat", call_stat}, {"statfsType", call_statfs_type}, {"encode", call_encode},
  };
  for (size_t at = 0; at < sizeof calls / sizeof *calls; at++) {
    napi_value made = NULL;
    if (napi_create_function(env, calls[at].name, strlen(calls[at].name), calls[at].call, NULL, &made) != napi_ok) return NULL;
    if (napi_set_named_property(env, exports, calls[at].name, made) != napi_ok) return NULL;
  }
  return exports;
}
