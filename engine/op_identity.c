/* Owns the ops that say what this process may do: ids, capabilities, limits, prctl and its like. */
#include "kernel.h"
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include "run.h"

/* The raw calls: the library's ones would signal threads that do not exist in a clone3 child. */
int do_set_ids(struct run *run, const struct op *op) {
	size_t count;
	const uint32_t *groups = num_list(run, op, SET_IDS_GROUPS, &count);
	uid_t uid = (uid_t)num(op, SET_IDS_UID);
	gid_t gid = (gid_t)num(op, SET_IDS_GID);
	if (!(num(op, SET_IDS_FLAGS) & SETIDS_KEEP_GROUPS) && syscall(SYS_setgroups, count, groups) < 0) {
		detail(run, "setgroups of %zu groups", count);
		return -1;
	}
	if (syscall(SYS_setresgid, gid, gid, gid) < 0) {
		detail(run, "gid %u", gid);
		return -1;
	}
	if (syscall(SYS_setresuid, uid, uid, uid) == 0) return 0;
	detail(run, "uid %u", uid);
	return -1;
}

int do_cap_bounding(struct run *run, const struct op *op) {
	uint64_t drop = num(op, CAP_BOUNDING_DROP);
	for (unsigned long cap = 0; cap < 64; cap++) {
		if (!(drop >> cap & 1) || prctl(PR_CAPBSET_READ, cap) != 1) continue; /* unknown here, or gone */
		if (prctl(PR_CAPBSET_DROP, cap) == 0) continue;
		detail(run, "capability %lu", cap);
		return -1;
	}
	return 0;
}

int do_caps(struct run *run, const struct op *op) {
	uint64_t effective = num(op, CAPS_EFFECTIVE), permitted = num(op, CAPS_PERMITTED), inheritable = num(op, CAPS_INHERITABLE);
	uint64_t ambient = num(op, CAPS_AMBIENT);
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct sets[2];
	for (int half = 0; half < 2; half++)
		sets[half] = (struct __user_cap_data_struct){ (uint32_t)(effective >> 32 * half), (uint32_t)(permitted >> 32 * half), (uint32_t)(inheritable >> 32 * half) };
	if (syscall(SYS_capset, &head, sets) < 0) {
		detail(run, "capset");
		return -1;
	}
	if (!has(op, CAPS_AMBIENT)) return 0;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) return -1;
	for (unsigned long cap = 0; cap < 64; cap++)
		if ((ambient >> cap & 1) && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0) {
			detail(run, "ambient capability %lu", cap);
			return -1;
		}
	return 0;
}

int do_rlimit(struct run *run, const struct op *op) {
	uint64_t limit[2] = { num(op, RLIMIT_SOFT), num(op, RLIMIT_HARD) }; /* all ones: RLIM_INFINITY */
	int64_t pid = has(op, RLIMIT_PID) ? slot_value(run, op, RLIMIT_PID) : 0;
	return pid < 0 ? -1 : (int)syscall(SYS_prlimit64, (pid_t)pid, (int)num(op, RLIMIT_RESOURCE), limit, NULL);
}

int do_prctl(struct run *run, const struct op *op) {
	(void)run;
	return syscall(SYS_prctl, (int)num(op, PRCTL_OPTION), num(op, PRCTL_ARG2), num(op, PRCTL_ARG3), num(op, PRCTL_ARG4), num(op, PRCTL_ARG5)) < 0 ? -1 : 0;
}

int do_personality(struct run *run, const struct op *op) {
	(void)run;
	return syscall(SYS_personality, (unsigned long)num(op, PERSONALITY_VALUE)) < 0 ? -1 : 0;
}

int do_join_keyring(struct run *run, const struct op *op) {
	(void)run;
	(void)op;
	return syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL) < 0 ? -1 : 0;
}

int do_hostname(struct run *run, const struct op *op) {
	const char *name = text(run, op, HOSTNAME_NAME);
	size_t length = 0;
	while (name[length]) length++;
	return sethostname(name, length);
}
