/* Owns interfaces of the host, by rtnetlink(7): what they are, making a pair, taking one away. */
#ifndef USER_NIC_LINK_H
#define USER_NIC_LINK_H
#include <stdint.h>
#include "words.h"

enum link_kind { LINK_OTHER, LINK_BRIDGE, LINK_OVS };
struct link { int index, peer_index; unsigned mtu; enum link_kind kind; };

/* One answer of the kernel, RTM_NEWLINK. False where it is none. */
bool link_parse(const uint8_t *bytes, size_t size, struct link *link);

/* 0, or an errno: ENODEV where there is none. */
int link_find(const char *name, struct link *link);
bool link_is_there(const char *name);

struct pair { const char *host, *inside; int target; unsigned mtu; /* 0: as the kernel has it */ int master; /* 0: none */ };
/* One end here, up and in its bridge, the other in the target. 0, or an errno with nothing made. */
int link_make_pair(const struct pair *pair);
int link_delete(const char *name);

#endif
