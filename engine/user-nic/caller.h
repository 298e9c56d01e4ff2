/* Owns who calls, and getting rid of what a caller could have left to be stumbled over. */
#ifndef USER_NIC_CALLER_H
#define USER_NIC_CALLER_H
#include <sys/types.h>
#include "words.h"

#define GROUPS_MOST 4096

struct caller { uid_t uid; char name[OWNER_ROOM]; gid_t groups[GROUPS_MOST]; int group_count; };

/* Environment, descriptors, signals, timers, limits, mask, directory, rights but the two that are needed. Before anything else. */
void caller_leave(void);
/* Every descriptor from this one on. */
void close_from(unsigned first);
/* By the real ids. Says why not. */
bool caller_know(struct caller *caller);
bool caller_is_member(const void *caller, const char *group);
/* From then on only root can send it a signal, or change its limits. */
bool caller_shut_out(void);

#endif
