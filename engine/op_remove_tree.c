/* Owns removeTree: a directory and all below it. Never follows a symlink, never crosses a mount,
 * holds at most DEEPEST descriptors however deep the tree is. */
#include "kernel.h"
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <time.h>
#include "lists.h"
#include "op.h"

enum { DEEPEST = 64, BATCH = 4096, BUSY_TRIES = 20 };
#define CGROUP1 0x27e0eb
#define CGROUP2 0x63677270

struct removal {
	struct run *run;
	int top;           /* the tree's directory */
	uint64_t mount_id; /* every directory must be on this mount */
	unsigned hoisted;  /* number in the name of the next one that is moved up */
	bool is_deeper;    /* something was moved up: another pass is needed */
	bool is_cgroup;    /* only the directories can go; the kernel takes their files */
};

static int refuse(struct removal *removal, const char *name, int error) {
	detail(removal->run, "%s below the tree%s", name, error == EXDEV ? " is a mount point" : "");
	errno = error;
	return -1;
}

static int empty_dir(struct removal *removal, int dir, int depth);

/* Deeper than we hold descriptors for: it moves to the top of the tree and the next pass takes it. */
static int hoist(struct removal *removal, int dir, const char *name) {
	char moved[64];
	removal->is_deeper = true;
	for (;;) {
		snprintf(moved, sizeof moved, ".berth-removed-%d-%u", (int)getpid(), removal->hoisted++);
		if (syscall(SYS_renameat2, dir, name, removal->top, moved, 1 /* RENAME_NOREPLACE */) == 0) return 0;
		if (errno != EEXIST) return refuse(removal, name, errno == EBUSY ? EXDEV : errno);
	}
}

/* A cgroup is busy for a moment longer than its last process lives. */
static int remove_cgroup(struct removal *removal, int dir, const char *name) {
	for (int attempt = 0; attempt < BUSY_TRIES; attempt++) {
		if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return 0;
		if (errno != EBUSY) break;
		nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
	}
	return refuse(removal, name, errno);
}

static int remove_last(struct removal *removal, int dir, const char *name) {
	if (removal->is_cgroup) return remove_cgroup(removal, dir, name);
	return unlinkat(dir, name, AT_REMOVEDIR) == 0 ? 0 : refuse(removal, name, errno == EBUSY ? EXDEV : errno);
}

static int remove_dir(struct removal *removal, int dir, const char *name, int depth) {
	struct statx_answer found;
	if (unlinkat(dir, name, AT_REMOVEDIR) == 0) return 0;
	if (errno == EBUSY && !removal->is_cgroup) return refuse(removal, name, EXDEV);
	if (errno != ENOTEMPTY && errno != EEXIST && errno != EBUSY) return refuse(removal, name, errno);
	int below = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below < 0) return refuse(removal, name, errno);
	int result = sys_statx(below, MOUNT_ID_KNOWN, &found);
	if (result == 0 && found.mount_id != removal->mount_id) result = refuse(removal, name, EXDEV);
	else if (result == 0 && depth >= DEEPEST) {
		close(below);
		return hoist(removal, dir, name);
	} else if (result == 0) result = empty_dir(removal, below, depth + 1);
	return closing(below, result) < 0 ? -1 : remove_last(removal, dir, name);
}

static int remove_entry(struct removal *removal, int dir, const struct directory_entry *entry, int depth) {
	if (!strcmp(entry->name, ".") || !strcmp(entry->name, "..")) return 0;
	if (entry->type == DT_DIR) return remove_dir(removal, dir, entry->name, depth);
	if (removal->is_cgroup && entry->type != DT_UNKNOWN) return 0;
	if (unlinkat(dir, entry->name, 0) == 0 || errno == ENOENT) return 0;
	if (errno == EISDIR) return remove_dir(removal, dir, entry->name, depth); /* a file system without d_type */
	return refuse(removal, entry->name, errno == EBUSY ? EXDEV : errno);
}

static int empty_dir(struct removal *removal, int dir, int depth) {
	_Alignas(8) char batch[BATCH];
	for (;;) {
		long got = syscall(SYS_getdents64, dir, batch, sizeof batch);
		if (got <= 0) return (int)got;
		for (long at = 0; at < got;) {
			const struct directory_entry *entry = (const void *)(batch + at);
			if (remove_entry(removal, dir, entry, depth) < 0) return -1;
			at += entry->length;
		}
	}
}

/* As proc(5) mountinfo writes a path. */
static void escape(const char *path, char *out) {
	for (; *path; path++)
		out += strchr(" \t\n\\", *path) ? sprintf(out, "\\%03o", (unsigned char)*path) : sprintf(out, "%c", *path);
	*out = 0;
}

static bool has_mount(int mountinfo, const char *tree) {
	char *point = lists.mount_point;
	char block[4096];
	size_t length = strlen(tree), at = 0;
	int field = 1;
	for (ssize_t got; (got = read(mountinfo, block, sizeof block)) > 0;)
		for (ssize_t i = 0; i < got; i++) {
			bool is_end = block[i] == ' ' || block[i] == '\n';
			if (field == 5 && is_end && at > length && !strncmp(point, tree, length) && point[length] == '/') return true;
			if (field == 5 && !is_end && at < sizeof lists.mount_point) point[at++] = block[i];
			if (!is_end) continue;
			field = block[i] == '\n' ? 1 : field + 1;
			at = 0;
		}
	return false;
}

/* Asked first, so that a tree is refused whole; what this cannot see is met, and refused, on the way. */
static int refuse_mounts(struct removal *removal) {
	char *tree = lists.tree;
	char link[32], path[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", removal->top);
	ssize_t length = readlink(link, path, sizeof path - 1);
	int mountinfo = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (length <= 0 || mountinfo < 0) return mountinfo < 0 ? 0 : closing(mountinfo, 0);
	path[length] = 0;
	escape(path, tree);
	bool is_found = has_mount(mountinfo, tree);
	close(mountinfo);
	if (!is_found) return 0;
	detail(removal->run, "something is mounted below %s", path);
	errno = EXDEV;
	return -1;
}

static int empty_tree(struct removal *removal) {
	struct statx_answer found;
	struct statfs fs;
	if (sys_statx(removal->top, MOUNT_ID_KNOWN, &found) < 0) return -1;
	if (found.attributes & IS_MOUNT_ROOT) {
		detail(removal->run, "the tree itself is a mount point");
		errno = EXDEV;
		return -1;
	}
	removal->mount_id = found.mount_id;
	removal->is_cgroup = fstatfs(removal->top, &fs) == 0 && (fs.f_type == CGROUP1 || fs.f_type == CGROUP2);
	if (!removal->is_cgroup && refuse_mounts(removal) < 0) return -1;
	do {
		removal->is_deeper = false;
		if (lseek(removal->top, 0, SEEK_SET) < 0 || empty_dir(removal, removal->top, 1) < 0) return -1;
	} while (removal->is_deeper);
	return 0;
}

static int remove_one(struct run *run, const struct op *op, const char *path) {
	const char *leaf;
	int parent = open_parent(run, op, REMOVE_TREE_AT, path, &leaf);
	if (parent < 0) return errno == ENOENT ? NOTHING_DONE : -1;
	struct removal removal = { .run = run, .top = openat(parent, leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) };
	int result = removal.top >= 0 ? empty_tree(&removal) : errno == ENOENT ? NOTHING_DONE : -1;
	if (result == 0) result = remove_last(&removal, parent, leaf);
	if (removal.top >= 0) closing(removal.top, 0);
	return closing(parent, result);
}

/* Of several each is tried; the first that stays is told. */
int do_remove_tree(struct run *run, const struct op *op) {
	char *paths[PATHS_MAX + 1];
	size_t count = all_paths(run, op, REMOVE_TREE_PATH, REMOVE_TREE_ALSO, paths);
	if (count <= 1) return count == 0 ? -1 : remove_one(run, op, paths[0]);
	const char *left = NULL;
	int error = 0;
	for (size_t i = 0; i < count; i++) {
		if (remove_one(run, op, paths[i]) >= 0 || left) continue;
		error = errno;
		left = paths[i];
	}
	if (!left) return 0;
	detail(run, "%s", left);
	errno = error;
	return -1;
}
