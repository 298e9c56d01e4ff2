/* Owns exec, and how a program is found and its environment made; spawn uses the same. */
#include "kernel.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "exec.h"
#include "lists.h"

static bool is_same_name(const char *a, const char *b) {
	size_t length = strcspn(a, "=");
	return strncmp(a, b, length) == 0 && b[length] == '=';
}

static void put(char **out, size_t *count, char *entry) {
	for (size_t i = 0; i < *count; i++)
		if (is_same_name(entry, out[i])) {
			out[i] = entry;
			return;
		}
	out[(*count)++] = entry;
}

char **make_environment(struct run *run, const struct op *op, int field, bool is_inherited) {
	char **own = lists.own, **out = lists.environment;
	size_t count = 0, given = text_list(run, op, field, own, MAX_TEXTS);
	for (char **entry = run->environ; is_inherited && entry && *entry; entry++) {
		if (count == MAX_TEXTS) {
			detail(run, "the environment has more than %d entries", MAX_TEXTS);
			errno = E2BIG;
			return NULL;
		}
		out[count++] = *entry;
	}
	for (size_t i = 0; i < given; i++) put(out, &count, own[i]);
	out[count] = NULL;
	return out;
}

const char *search_path(char *const *environment) {
	for (; *environment; environment++)
		if (!strncmp(*environment, "PATH=", 5)) return *environment + 5;
	return FIXED_PATH;
}

/* execvp(3) gives a script without `#!` to the shell. */
static int execute_script(const char *path, char *const *argv, char *const *environment) {
	char **with_shell = lists.with_shell;
	size_t count = 0;
	with_shell[count++] = (char *)(uintptr_t)"/bin/sh";
	with_shell[count++] = (char *)(uintptr_t)path;
	for (size_t i = 1; argv[0] && argv[i] && count <= MAX_TEXTS; i++) with_shell[count++] = argv[i];
	with_shell[count] = NULL;
	return execve("/bin/sh", with_shell, environment);
}

static int execute_one(const char *path, char *const *argv, char *const *environment) {
	execve(path, argv, environment);
	return errno == ENOEXEC ? execute_script(path, argv, environment) : -1;
}

/* execvp(3): what may not be executed is passed over, and told of when nothing else is found. */
int execute(const char *path, char *const *argv, char *const *environment, const char *search) {
	char full[PATH_MAX];
	bool is_denied = false;
	if (!search) return execve(path, argv, environment);
	if (strchr(path, '/')) return execute_one(path, argv, environment);
	for (const char *at = search;; at++) {
		size_t length = strcspn(at, ":");
		if (snprintf(full, sizeof full, "%.*s%s%s", (int)length, at, length ? "/" : "", path) < PATH_MAX) execute_one(full, argv, environment);
		if (errno == EACCES) is_denied = true;
		else if (errno != ENOENT && errno != ENOTDIR) return -1;
		at += length;
		if (!*at) break;
	}
	errno = is_denied ? EACCES : ENOENT;
	return -1;
}

int do_exec(struct run *run, const struct op *op) {
	char **argv = lists.argv, **fallback = lists.fallback;
	const char *path = text(run, op, EXEC_PATH);
	text_list(run, op, EXEC_ARGV, argv, MAX_TEXTS);
	size_t more = text_list(run, op, EXEC_FALLBACK, fallback, MAX_TEXTS);
	char **environment = make_environment(run, op, EXEC_ENV, num(op, EXEC_FLAGS) & EXEC_INHERIT_ENV);
	if (!environment) return -1;
	const char *search = num(op, EXEC_FLAGS) & EXEC_SEARCH_PATH ? search_path(environment) : NULL;
	sigset_t mask;
	sigprocmask(SIG_SETMASK, &run->caller_mask, &mask);
	say_executing(run);
	execute(path, argv, environment, search);
	for (size_t i = 0; i < more && errno == ENOENT; i++) {
		argv[0] = fallback[i];
		execute(fallback[i], argv, environment, search);
	}
	int error = errno;
	sigprocmask(SIG_SETMASK, &mask, NULL);
	errno = error;
	return -1;
}
