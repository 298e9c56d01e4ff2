/* Owns that a file with several names stays one in its copy. Whoever meets it first makes it; who meets it meanwhile waits. */
#include "kernel.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "copy.h"

static struct first_name *slot_of(struct first_name *table, size_t room, dev_t device, ino_t inode) {
	size_t at = (size_t)((inode ^ (uint64_t)device << 40) * 0x9e3779b97f4a7c15u >> 20) & (room - 1);
	while (table[at].path && (table[at].inode != inode || table[at].device != device)) at = (at + 1) & (room - 1);
	return &table[at];
}

static int grow(struct copy *copy) {
	size_t room = copy->first_room ? 2 * copy->first_room : 256;
	struct first_name *table = calloc(room, sizeof *table);
	if (!table) return -1;
	for (size_t i = 0; i < copy->first_room; i++)
		if (copy->firsts[i].path) *slot_of(table, room, copy->firsts[i].device, copy->firsts[i].inode) = copy->firsts[i];
	free(copy->firsts);
	copy->firsts = table;
	copy->first_room = room;
	return 0;
}

/* With the lock held. 0: it is the first. */
static int find(struct copy *copy, const struct folder *folder, const char *name, const struct stat *is, const char **path) {
	for (;;) {
		if (2 * copy->first_count >= copy->first_room && grow(copy) < 0) return -1;
		struct first_name *first = slot_of(copy->firsts, copy->first_room, is->st_dev, is->st_ino);
		if (!first->path) {
			*first = (struct first_name){ is->st_dev, is->st_ino, false, joined_path(folder->path, name, 0) };
			copy->first_count++;
			return first->path ? 0 : -1;
		}
		*path = first->path;
		if (first->is_made) return 1;
		if (copy->error) return -1;
		pthread_cond_wait(&copy->changed, &copy->lock);
	}
}

static int link_below(struct copy *copy, const char *path, int to, const char *name) {
	if (strlen(path) < PATH_MAX) return linkat(copy->to, path, to, name, 0);
	char *parent = strdup(path);
	if (!parent) return -1;
	char *slash = strrchr(parent, '/');
	*slash = 0;
	int folder = open_folder(copy->to, parent, O_PATH);
	int result = folder < 0 ? -1 : closing(folder, linkat(folder, slash + 1, to, name, 0));
	free(parent);
	return result;
}

int another_name(struct worker *worker, const struct folder *folder, const char *name, const struct stat *is, struct first_name *first) {
	struct copy *copy = worker->copy;
	const char *path = NULL;
	if (is->st_nlink < 2) return 0;
	pthread_mutex_lock(&copy->lock);
	int found = find(copy, folder, name, is, &path);
	pthread_mutex_unlock(&copy->lock);
	*first = (struct first_name){ .device = is->st_dev, .inode = is->st_ino, .is_made = found == 0 };
	if (found == 0) return 0;
	return found == 1 && link_below(copy, path, folder->to, name) == 0 ? 1 : copy_failed(copy, "linking", folder->path, name);
}

void first_made(struct copy *copy, const struct first_name *first) {
	if (!first->is_made) return;
	pthread_mutex_lock(&copy->lock);
	slot_of(copy->firsts, copy->first_room, first->device, first->inode)->is_made = true;
	pthread_cond_broadcast(&copy->changed);
	pthread_mutex_unlock(&copy->lock);
}
