/* Owns /run/lxc/nics, which interfaces exist: `OWNER veth BRIDGE NIC`, one a line. Debian's lxc-user-nic may share it. */
#ifndef USER_NIC_DATABASE_H
#define USER_NIC_DATABASE_H
#include "words.h"

#define DATABASE_FOLDER "/run/lxc"
#define DATABASE_PATH "/run/lxc/nics"

struct entry { const char *owner, *bridge, *nic; };

/* The lines whose interface is there, one behind the other, ended by a zero. The text is cut up; `out` has room for as much.
 * What is no entry is left out. The size. */
size_t database_alive(char *text, bool (*is_there)(const char *nic), char *out);

/* How many entries an owner has on a bridge. */
unsigned database_count(const char *text, const char *owner, const char *bridge);

/* Whether it is there; the line is written to `line`, which has room for one. */
bool database_has(const char *text, const struct entry *entry);

/* Opens it, made where it is not there, and waits for its lock, which goes with the descriptor. -1 with errno. */
int database_open(void);
/* Replaces what is in it. -1 with errno. */
int database_write(int fd, const char *text);

#endif
