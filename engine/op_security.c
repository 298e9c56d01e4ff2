/* Owns the ops that load programs into the kernel: seccomp filters, cgroup device programs. */
#include "kernel.h"
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include "op.h"

int do_seccomp(struct run *run, const struct op *op) {
	size_t size;
	const void *program = data(run, op, SECCOMP_PROGRAM, &size);
	unsigned flags = (unsigned)num(op, SECCOMP_FLAGS);
	if (size == 0 || size % sizeof(struct sock_filter) || size / sizeof(struct sock_filter) > BPF_MAXINSNS) {
		detail(run, "a filter of %zu bytes", size);
		errno = EINVAL;
		return -1;
	}
	struct sock_fprog filter = { (unsigned short)(size / sizeof(struct sock_filter)), (struct sock_filter *)(uintptr_t)program };
	if (has(op, SECCOMP_INTO)) flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	slots_forget(run, op); /* under the filter close(2) may already wait for an answer */
	long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
	if (result < 0) return -1;
	return flags & SECCOMP_FILTER_FLAG_NEW_LISTENER ? slot_put(run, op, SECCOMP_INTO, SLOT_FD, result) : 0;
}

static int sys_bpf(int command, union bpf_attr *attr) { return (int)syscall(SYS_bpf, command, attr, sizeof *attr); }

/* Who stays attached beside a new program still denies what that allows. */
static int detach_others(int cgroup, const uint32_t *ids, uint32_t count) {
	for (uint32_t i = 0; i < count; i++) {
		union bpf_attr attr;
		memset(&attr, 0, sizeof attr);
		attr.prog_id = ids[i];
		int program = sys_bpf(BPF_PROG_GET_FD_BY_ID, &attr);
		if (program < 0) return -1;
		memset(&attr, 0, sizeof attr);
		attr.target_fd = (uint32_t)cgroup;
		attr.attach_bpf_fd = (uint32_t)program;
		attr.attach_type = BPF_CGROUP_DEVICE;
		if (closing(program, sys_bpf(BPF_PROG_DETACH, &attr)) < 0) return -1;
	}
	return 0;
}

static int attached_to(int cgroup, uint32_t ids[64], uint32_t *count) {
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	attr.query.target_fd = (uint32_t)cgroup;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = (uint64_t)(uintptr_t)ids;
	attr.query.prog_cnt = 64;
	int result = sys_bpf(BPF_PROG_QUERY, &attr);
	*count = attr.query.prog_cnt;
	return result;
}

int do_bpf_device(struct run *run, const struct op *op) {
	size_t size;
	uint32_t others[64], other_count = 0;
	bool is_alone = (num(op, BPF_DEVICE_FLAGS) & BPF_F_REPLACE) != 0;
	const void *program = data(run, op, BPF_DEVICE_PROGRAM, &size);
	int cgroup = slot_fd(run, op, BPF_DEVICE_CGROUP);
	if (cgroup < 0 || (is_alone && attached_to(cgroup, others, &other_count) < 0)) return -1;
	union bpf_attr load, attach;
	memset(&load, 0, sizeof load);
	memset(&attach, 0, sizeof attach);
	load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	load.insn_cnt = (uint32_t)(size / sizeof(struct bpf_insn));
	load.insns = (uint64_t)(uintptr_t)program;
	load.license = (uint64_t)(uintptr_t)"Apache-2.0";
	int loaded = sys_bpf(BPF_PROG_LOAD, &load);
	if (loaded < 0) {
		detail(run, "loading a program of %zu bytes", size);
		return -1;
	}
	attach.target_fd = (uint32_t)cgroup;
	attach.attach_bpf_fd = (uint32_t)loaded;
	attach.attach_type = BPF_CGROUP_DEVICE;
	attach.attach_flags = (uint32_t)num(op, BPF_DEVICE_FLAGS) & ~(uint32_t)BPF_F_REPLACE;
	int result = sys_bpf(BPF_PROG_ATTACH, &attach), error = errno;
	close(loaded);
	errno = error;
	if (result < 0) detail(run, "attaching the program");
	return result < 0 ? -1 : detach_others(cgroup, others, other_count);
}
