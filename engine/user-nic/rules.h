/* Owns what /etc/lxc/lxc-usernet grants: `USER|@GROUP veth BRIDGE NUMBER`. */
#ifndef USER_NIC_RULES_H
#define USER_NIC_RULES_H
#include "words.h"

#define RULES_PATH "/etc/lxc/lxc-usernet"
#define GRANTS_MOST 64

/* Who asks, and for which bridge. */
struct asker {
	const char *user, *bridge;
	bool (*is_member)(const void *context, const char *group);
	const void *context;
};

struct grant { char owner[OWNER_ROOM]; unsigned limit; };
struct grants { struct grant list[GRANTS_MOST]; int count; unsigned bad_line; /* 0, or a line with his name that is not understood */ };

/* In the order of the lines; an owner with several lines has the largest of their numbers, as in LXC. The text is cut up. */
void rules_read(char *text, const struct asker *asker, struct grants *grants);

#endif
