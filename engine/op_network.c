/* Owns the ops on sockets: netlink messages, interface indexes, the listening socket. */
#include "kernel.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "op.h"
#include "room.h"

#define EXTENDED_ACK 11 /* NETLINK_EXT_ACK */

/* The kernel's own words about a message it refused: attribute 1 (NLMSGERR_ATTR_MSG) behind the echoed request. */
static void explain(struct run *run, const struct nlmsghdr *reply, unsigned nth) {
	const struct nlmsgerr *error = NLMSG_DATA(reply);
	size_t at = NLMSG_HDRLEN + sizeof *error;
	if (reply->nlmsg_flags & 0x200 /* NLM_F_ACK_TLVS */) {
		if (!(reply->nlmsg_flags & 0x100 /* NLM_F_CAPPED */)) at += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
		while (at + sizeof(struct nlattr) <= reply->nlmsg_len) {
			const struct nlattr *attribute = (const void *)((const char *)reply + at);
			if (attribute->nla_len < sizeof *attribute || attribute->nla_len > reply->nlmsg_len - at) break;
			int length = (int)(attribute->nla_len - sizeof *attribute);
			if (attribute->nla_type == 1) detail(run, "message %u: %.*s", nth, length, (const char *)(attribute + 1));
			at += NLA_ALIGN(attribute->nla_len);
		}
	}
	detail(run, "message %u, type %u", nth, error->msg.nlmsg_type);
}

static int acknowledge(struct run *run, int socket, unsigned nth) {
	_Alignas(8) char buffer[16384];
	const struct nlmsghdr *reply = (const void *)buffer;
	for (;;) {
		ssize_t got = recv(socket, buffer, sizeof buffer, 0);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return -1;
		if ((size_t)got < NLMSG_HDRLEN + sizeof(struct nlmsgerr) || reply->nlmsg_len > (size_t)got) {
			errno = EPROTO;
			return -1;
		}
		if (reply->nlmsg_type != NLMSG_ERROR || reply->nlmsg_seq != nth) continue; /* what a message of another kind answers */
		const struct nlmsgerr *error = NLMSG_DATA(reply);
		if (error->error == 0) return 0;
		explain(run, reply, nth);
		errno = -error->error;
		return -1;
	}
}

static int send_message(struct run *run, int socket, const char *bytes, unsigned nth) {
	_Alignas(8) char message[16384];
	struct nlmsghdr head;
	memcpy(&head, bytes, sizeof head);
	if (head.nlmsg_len > sizeof message) {
		errno = EMSGSIZE;
		return -1;
	}
	memcpy(message, bytes, head.nlmsg_len);
	head.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	head.nlmsg_seq = nth;
	head.nlmsg_pid = 0;
	memcpy(message, &head, sizeof head);
	/* by name: then the kernel asks for this process's rights alone, not also for those of who opened the socket */
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	return sendto(socket, message, head.nlmsg_len, 0, (const void *)&kernel, sizeof kernel) < 0 ? -1 : acknowledge(run, socket, nth);
}

int do_netlink_socket(struct run *run, const struct op *op) {
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return fd < 0 ? -1 : slot_put(run, op, NETLINK_SOCKET_INTO, SLOT_FD, fd);
}

int do_netlink(struct run *run, const struct op *op) {
	size_t size, at = 0;
	const char *messages = data(run, op, NETLINK_MESSAGES, &size);
	int yes = 1, result = 0;
	int given = has(op, NETLINK_SOCKET) ? slot_fd(run, op, NETLINK_SOCKET) : -1;
	if (has(op, NETLINK_SOCKET) && given < 0) return -1;
	int fd = given >= 0 ? given : socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0) return -1;
	setsockopt(fd, SOL_NETLINK, EXTENDED_ACK, &yes, sizeof yes);
	for (unsigned nth = 1; at < size && result == 0; nth++) {
		struct nlmsghdr head = { 0 };
		if (size - at >= sizeof head) memcpy(&head, messages + at, sizeof head);
		if (head.nlmsg_len < sizeof head || head.nlmsg_len > size - at) {
			detail(run, "message %u is cut short", nth);
			errno = EBADMSG;
			result = -1;
		} else result = send_message(run, fd, messages + at, nth);
		at += NLMSG_ALIGN(head.nlmsg_len);
	}
	return given >= 0 ? result : closing(fd, result);
}

/* A dump has ended, well or not: the next may be asked for. */
static bool ends_dump(const char *bytes, size_t size) {
	for (size_t at = 0; at + NLMSG_HDRLEN <= size;) {
		struct nlmsghdr head;
		memcpy(&head, bytes + at, sizeof head);
		if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR) return true;
		if (head.nlmsg_len < sizeof head) return true;
		at += NLMSG_ALIGN(head.nlmsg_len);
	}
	return false;
}

/* What changes while a dump runs is queued behind it: nothing is missed in between. */
int do_netlink_follow(struct run *run, const struct op *op) {
	static _Alignas(8) char buffer[32768] ROOM;
	size_t size, at = 0;
	const char *messages = data(run, op, NETLINK_FOLLOW_MESSAGES, &size);
	struct sockaddr_nl own = { .nl_family = AF_NETLINK, .nl_groups = (uint32_t)num(op, NETLINK_FOLLOW_GROUPS) };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0) return -1;
	if (bind(fd, (const void *)&own, sizeof own) < 0) return closing(fd, -1);
	for (bool is_idle = true;;) {
		struct nlmsghdr head;
		if (is_idle && size - at >= sizeof head) {
			memcpy(&head, messages + at, sizeof head);
			if (head.nlmsg_len < sizeof head || head.nlmsg_len > size - at) { errno = EINVAL; return closing(fd, -1); }
			if (send(fd, messages + at, head.nlmsg_len, 0) < 0) return closing(fd, -1);
			at += NLMSG_ALIGN(head.nlmsg_len);
			is_idle = false;
		}
		ssize_t got = recv(fd, buffer, sizeof buffer, 0);
		if (got < 0 && errno == EINTR) continue;
		if (got <= 0 || write_once(STDOUT_FILENO, buffer, (size_t)got) < 0) return closing(fd, -1);
		is_idle = is_idle || ends_dump(buffer, (size_t)got);
	}
}

int do_if_index(struct run *run, const struct op *op) {
	struct ifreq request;
	const char *name = text(run, op, IF_INDEX_NAME);
	memset(&request, 0, sizeof request);
	if (strlen(name) >= sizeof request.ifr_name) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(request.ifr_name, name, strlen(name));
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) return -1;
	int result = closing(fd, ioctl(fd, SIOCGIFINDEX, &request));
	return result < 0 ? -1 : slot_put(run, op, IF_INDEX_INTO, SLOT_NUMBER, request.ifr_ifindex);
}
