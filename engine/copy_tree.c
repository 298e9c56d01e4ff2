/* Owns who copies which directory of a tree when. A few threads take one directory after the other, the latest found first. */
#include "kernel.h"
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/xattr.h>
#include "copy.h"

enum { MOST_WORKERS = 4 };
#define BENEATH (0x08u | 0x04u | 0x02u) /* RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS */

int copy_failed(struct copy *copy, const char *doing, const char *path, const char *name) {
	int error = errno;
	pthread_mutex_lock(&copy->lock);
	if (copy->error == 0) {
		copy->error = error ? error : EIO;
		snprintf(copy->what, COPY_WHAT, "%s %s%s%s", doing, *path || name ? path : ".", *path && name ? "/" : "", name ? name : "");
	}
	atomic_store(&copy->is_over, true);
	pthread_cond_broadcast(&copy->changed);
	pthread_mutex_unlock(&copy->lock);
	return -1;
}

void *joined_path(const char *path, const char *name, size_t header) {
	size_t length = strlen(path), more = strlen(name);
	char *made = malloc(header + length + more + 2), *at = made;
	if (!made) return NULL;
	at = mempcpy(made + header, path, length);
	if (length > 0) *at++ = '/';
	memcpy(at, name, more + 1);
	return made;
}

int open_folder(int root, const char *path, int flags) {
	struct open_request how = { .flags = (uint64_t)(unsigned)flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, .resolve = BENEATH };
	struct open_request step = { .flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, .resolve = BENEATH };
	int at = root;
	while (strlen(path) >= PATH_MAX) {
		char head[PATH_MAX];
		size_t cut = PATH_MAX - 1;
		while (path[cut] != '/') cut--;
		memcpy(head, path, cut);
		head[cut] = 0;
		int next = sys_openat2(at, head, &step);
		if (at != root) closing(at, 0);
		if (next < 0) return -1;
		at = next;
		path += cut + 1;
	}
	int fd = sys_openat2(at, *path ? path : ".", &how);
	return at == root ? fd : closing(at, fd);
}

/* The next directory, or NULL when there will be none. */
static struct folder_path *take(struct copy *copy) {
	struct folder_path *taken = NULL;
	pthread_mutex_lock(&copy->lock);
	while (!copy->pending && copy->busy > 0 && !copy->error) pthread_cond_wait(&copy->changed, &copy->lock);
	if (copy->pending && !copy->error) {
		taken = copy->pending;
		copy->pending = taken->next;
		copy->busy++;
	}
	pthread_mutex_unlock(&copy->lock);
	return taken;
}

static void give_back(struct copy *copy, struct folder_path *taken) {
	free(taken);
	pthread_mutex_lock(&copy->lock);
	if (--copy->busy == 0) pthread_cond_broadcast(&copy->changed);
	pthread_mutex_unlock(&copy->lock);
}

static void *work(void *given) {
	struct worker *worker = given;
	for (struct folder_path *taken; (taken = take(worker->copy)) != NULL; give_back(worker->copy, taken)) copy_folder(worker, taken->path);
	return NULL;
}

static int worker_count(void) {
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
	return count < MOST_WORKERS ? count : MOST_WORKERS;
}

/* This thread is one of them; where there can be no other it does everything. */
static int work_together(struct copy *copy) {
	pthread_t threads[MOST_WORKERS];
	int count = worker_count(), started = 1;
	size_t size = (size_t)count * sizeof(struct worker);
	struct worker *workers = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (workers == MAP_FAILED) return -1;
	for (int i = 0; i < count; i++) workers[i].copy = copy;
	while (started < count && pthread_create(&threads[started], NULL, work, &workers[started]) == 0) started++;
	work(workers);
	for (int i = 1; i < started; i++) pthread_join(threads[i], NULL);
	munmap(workers, size);
	return 0;
}

static void forget(struct copy *copy) {
	for (struct folder_path *next; copy->pending; copy->pending = next) {
		next = copy->pending->next;
		free(copy->pending);
	}
	for (size_t i = 0; i < copy->first_room; i++) free(copy->firsts[i].path);
	free(copy->firsts);
}

/* A directory hands attributes on to what is made in it: they come from the source, and from nowhere else. */
static int prepare(struct copy *copy) {
	static const char *const LISTS[] = { "system.posix_acl_default", "system.posix_acl_access" };
	copy->uid = geteuid();
	copy->gid = getegid();
	for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++)
		if (fremovexattr(copy->to, LISTS[i]) < 0 && errno != ENODATA && errno != EOPNOTSUPP) return -1;
	if (fstat(copy->to, &copy->target) < 0) return -1;
	if ((copy->target.st_mode & S_ISGID) && fchmod(copy->to, copy->target.st_mode & 01777) < 0) return -1;
	copy->pending = joined_path("", "", sizeof(struct folder_path));
	if (copy->pending) copy->pending->next = NULL;
	return copy->pending ? 0 : -1;
}

int copy_tree(int from, int to, char what[COPY_WHAT]) {
	struct copy copy = { .from = from, .to = to, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .what = what };
	mode_t mask = umask(0);
	what[0] = 0;
	int result = prepare(&copy) < 0 || work_together(&copy) < 0 ? -1 : 0, error = errno;
	umask(mask);
	forget(&copy);
	errno = copy.error ? copy.error : error;
	return copy.error ? -1 : result;
}
