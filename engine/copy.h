/* Owns what the parts of copyTree share: the two trees, the directories that are still to be copied, who copies them, and what
 * went wrong first. Everything is named by a path beneath both trees, or by a name in a directory that is open. */
#ifndef BERTH_COPY_H
#define BERTH_COPY_H
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/stat.h>
#include "closing.h"
#include "copy_tree.h"

struct folder_path { struct folder_path *next; char path[]; }; /* "": the top */
struct first_name { dev_t device; ino_t inode; bool is_made; char *path; };

struct copy {
	int from, to;
	struct stat target;         /* the new tree's top, which must not lie in what is copied */
	uid_t uid; gid_t gid;       /* what is made here belongs to them */
	pthread_mutex_t lock;       /* of all below */
	pthread_cond_t changed;
	struct folder_path *pending;
	unsigned busy;              /* workers that have a directory */
	struct first_name *firsts;  /* of files with several names; hashed, a power of two */
	size_t first_count, first_room;
	atomic_bool is_over;        /* something failed */
	int error;
	char *what;                 /* of COPY_WHAT bytes */
};

#define COPY_ENTRIES 32768
#define COPY_MARK 65536  /* XATTR_SIZE_MAX, XATTR_LIST_MAX */
#define COPY_BYTES 262144
struct worker {
	struct copy *copy;
	bool is_plain;       /* blocks of files on `device` cannot be shared */
	dev_t device;
	_Alignas(8) char entries[COPY_ENTRIES];
	char names[COPY_MARK], value[COPY_MARK], bytes[COPY_BYTES];
};

/* A directory and its copy, open. */
struct folder {
	const char *path;
	int from, to;
	bool is_ours; /* what is made in it belongs to copy->uid and gid: no other says so */
};

/* -1. The first failure is kept, with errno; the others follow from it. `name` may be NULL. */
int copy_failed(struct copy *copy, const char *doing, const char *path, const char *name);
/* A directory beneath `root`, however long its path is; no link is followed. */
int open_folder(int root, const char *path, int flags);
/* PATH/NAME with room for a header of so many bytes before it. NULL with ENOMEM. */
void *joined_path(const char *path, const char *name, size_t header);

/* Copies what the directory holds, and then what it is itself; those below it become pending. */
int copy_folder(struct worker *worker, const char *path);
/* Everything in a file, blocks shared where that can be, holes kept. */
int copy_content(struct worker *worker, int from, int to, const struct stat *is);

/* Of a file with several names. 1: its copy has got this one too. 0: this is the first; once it is there *first is given to
 * first_made(). -1: told. */
int another_name(struct worker *worker, const struct folder *folder, const char *name, const struct stat *is, struct first_name *first);
void first_made(struct copy *copy, const struct first_name *first);

/* What owner and mode a new file begins with: one in which nobody has a right that the finished one does not give. */
mode_t mode_at_first(const struct worker *worker, const struct folder *folder, const struct stat *is);
/* Owner, attributes, mode, times, from what `is` says and `from` has. `made`: what the copy has so far. */
struct made { uid_t uid; gid_t gid; mode_t mode; };
int copy_marks(struct worker *worker, int from, int to, const struct stat *is, const struct made *made);
/* The same of what cannot be opened. */
int copy_marks_by_name(struct worker *worker, const struct folder *folder, const char *name, const struct stat *is, const struct made *made);
#endif
