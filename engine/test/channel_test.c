/* What a process that is not ours to trust may send on a channel: never more than one descriptor is taken. */
#define ISA_HANDLERS
#include "kernel.h"
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "op.h"

static int open_count(void) {
	int count = 0;
	for (int fd = 0; fd < 256; fd++) count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static int send_descriptors(int channel, int count) {
	union { struct cmsghdr head; char space[CMSG_SPACE(8 * sizeof(int))]; } control = { 0 };
	uint32_t words[2] = { MESSAGE_DESCRIPTOR, 0 };
	int fds[8] = { 0 };
	struct iovec part = { words, sizeof words };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_LEN((size_t)count * sizeof(int)) };
	control.head.cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(&control.head), fds, (size_t)count * sizeof(int));
	return sendmsg(channel, &header, 0) < 0 ? -1 : 0;
}

static struct run run;

int main(void) {
	char *environment[] = { NULL };
	struct op op = { .code = OP_RECV_FD };
	int ends[2];
	run_init(&run, environment);
	for (int i = 0; i < MAX_FIELDS; i++) op.f[i] = FIELD_NONE;
	op.f[RECV_FD_INTO] = 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return 1;
	run.channel = ends[0];
	for (int count = 1; count <= 8; count++) {
		int before = open_count() - (run.slots[0].kind == SLOT_FD);
		if (send_descriptors(ends[1], count) < 0) return 1;
		int result = HANDLERS[op.code](&run, &op);
		if (result != 0 || open_count() != before + 1) {
			printf("of %d descriptors: result %d, %d new\n", count, result, open_count() - before);
			return 1;
		}
	}
	return 0;
}
