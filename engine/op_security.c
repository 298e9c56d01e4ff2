/* Owns the ops that load programs into the kernel: seccomp filters, cgroup device programs. */
#include "kernel.h"
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include "run.h"

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
	long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
	if (result < 0) return -1;
	return flags & SECCOMP_FILTER_FLAG_NEW_LISTENER ? slot_put(run, op, SECCOMP_INTO, SLOT_FD, result) : 0;
}

static int sys_bpf(int command, union bpf_attr *attr) { return (int)syscall(SYS_bpf, command, attr, sizeof *attr); }

int do_bpf_device(struct run *run, const struct op *op) {
	size_t size;
	const void *program = data(run, op, BPF_DEVICE_PROGRAM, &size);
	int cgroup = slot_fd(run, op, BPF_DEVICE_CGROUP);
	if (cgroup < 0) return -1;
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
	attach.attach_flags = (uint32_t)num(op, BPF_DEVICE_FLAGS);
	int result = sys_bpf(BPF_PROG_ATTACH, &attach), error = errno;
	close(loaded);
	if (result < 0) detail(run, "attaching the program");
	errno = error;
	return result;
}
