/* Owns the network namespace that an interface goes to: opened with the caller's rights, once, and only if it is his. */
#ifndef USER_NIC_TARGET_H
#define USER_NIC_TARGET_H
#include "caller.h"

/* From now on only this descriptor is the target: what becomes of the pid does not matter. -1 where it is refused, which is said. */
int target_open(const struct caller *caller, const char *path, const char *called);

/* The name that an interface has there. */
bool target_name(int target, int index, char name[IFNAMSIZ]);

#endif
