/* Owns ports of Open vSwitch, which only its own program changes. */
#ifndef USER_NIC_OVS_H
#define USER_NIC_OVS_H
#include <stdbool.h>

bool ovs_has(const char *bridge);
/* Says that it failed. */
bool ovs_add(const char *bridge, const char *nic);
bool ovs_delete(const char *bridge, const char *nic);

#endif
