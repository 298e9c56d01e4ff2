/* Owns interfaces of the host, by rtnetlink(7): what they are, making a pair, taking one away. */
#define _GNU_SOURCE
#include "link.h"
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_ROOM 1024
#define ANSWER_ROOM 32768
#define MAC_SIZE 6

struct message { struct nlmsghdr head; struct ifinfomsg body; uint8_t room[MESSAGE_ROOM]; };

static struct rtattr *put(struct message *message, unsigned short type, const void *data, size_t size) {
	struct rtattr *at = (struct rtattr *)((uint8_t *)message + NLMSG_ALIGN(message->head.nlmsg_len));
	at->rta_type = type;
	at->rta_len = (unsigned short)RTA_LENGTH(size);
	if (size > 0) memcpy(RTA_DATA(at), data, size);
	message->head.nlmsg_len = NLMSG_ALIGN(message->head.nlmsg_len) + RTA_ALIGN(at->rta_len);
	return at;
}
static void put_text(struct message *message, unsigned short type, const char *text) { put(message, type, text, strlen(text) + 1); }
static void close_nest(struct message *message, struct rtattr *nest) {
	nest->rta_len = (unsigned short)((uint8_t *)message + message->head.nlmsg_len - (uint8_t *)nest);
}
static struct message begin(unsigned short type, unsigned short flags) {
	return (struct message){ .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags, .nlmsg_seq = 1 } };
}

/* The answer is an error, of which 0 is none, or what was asked for. */
static int ask(struct message *message, struct link *found) {
	static uint8_t answer[ANSWER_ROOM] __attribute__((aligned(4)));
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), error = EIO;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK }, sender = { 0 };
	socklen_t sender_size = sizeof sender;
	if (fd < 0 || sendto(fd, message, message->head.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0) {
		error = errno;
	} else {
		ssize_t size = recvfrom(fd, answer, sizeof answer, 0, (struct sockaddr *)&sender, &sender_size);
		const struct nlmsghdr *head = (const struct nlmsghdr *)answer;
		if (size < 0) error = errno;
		else if (sender.nl_pid != 0 || (size_t)size < sizeof *head || head->nlmsg_len > (size_t)size) error = EPROTO;
		else if (head->nlmsg_type == NLMSG_ERROR && (size_t)size >= NLMSG_LENGTH(sizeof(int))) error = -((const struct nlmsgerr *)NLMSG_DATA(head))->error;
		else error = found != NULL && link_parse(answer, (size_t)size, found) ? 0 : EPROTO;
	}
	if (fd >= 0) close(fd);
	return error;
}

static enum link_kind kind_of(const uint8_t *bytes, size_t size) {
	const struct rtattr *at = (const struct rtattr *)bytes;
	for (int rest = (int)size; RTA_OK(at, rest); at = RTA_NEXT(at, rest)) {
		size_t length = RTA_PAYLOAD(at);
		if (at->rta_type != IFLA_INFO_KIND) continue;
		if (length == sizeof "bridge" && memcmp(RTA_DATA(at), "bridge", length) == 0) return LINK_BRIDGE;
		if (length == sizeof "openvswitch" && memcmp(RTA_DATA(at), "openvswitch", length) == 0) return LINK_OVS;
	}
	return LINK_OTHER;
}

static uint32_t number_in(const struct rtattr *at) {
	uint32_t number = 0;
	if (RTA_PAYLOAD(at) >= sizeof number) memcpy(&number, RTA_DATA(at), sizeof number);
	return number;
}

bool link_parse(const uint8_t *bytes, size_t size, struct link *link) {
	struct nlmsghdr head;
	struct ifinfomsg body;
	if (size < NLMSG_LENGTH(sizeof body)) return false;
	memcpy(&head, bytes, sizeof head);
	memcpy(&body, bytes + NLMSG_HDRLEN, sizeof body);
	if (head.nlmsg_type != RTM_NEWLINK || head.nlmsg_len > size || head.nlmsg_len < NLMSG_LENGTH(sizeof body)) return false;
	*link = (struct link){ .index = body.ifi_index };
	const struct rtattr *at = (const struct rtattr *)(bytes + NLMSG_SPACE(sizeof body));
	int rest = (int)head.nlmsg_len - (int)NLMSG_SPACE(sizeof body);
	for (; rest > 0 && RTA_OK(at, rest); at = RTA_NEXT(at, rest)) switch (at->rta_type) {
		case IFLA_MTU: link->mtu = number_in(at); break;
		case IFLA_LINK: link->peer_index = (int)number_in(at); break;
		case IFLA_LINKINFO: link->kind = kind_of(RTA_DATA(at), RTA_PAYLOAD(at)); break;
		default: break;
	}
	return link->index > 0;
}

int link_find(const char *name, struct link *link) {
	struct message message = begin(RTM_GETLINK, 0);
	put_text(&message, IFLA_IFNAME, name);
	message.head.nlmsg_flags = NLM_F_REQUEST;
	return ask(&message, link);
}

bool link_is_there(const char *name) {
	struct link link;
	return link_find(name, &link) != ENODEV;
}

static void put_end(struct message *message, const char *name, unsigned mtu, uint8_t first) {
	uint8_t mac[MAC_SIZE];
	if (getrandom(mac, sizeof mac, 0) != sizeof mac) memset(mac, 0, sizeof mac);
	mac[0] = first != 0 ? first : (uint8_t)((mac[0] & 0xfe) | 0x02); /* made here, of one */
	put_text(message, IFLA_IFNAME, name);
	put(message, IFLA_ADDRESS, mac, sizeof mac);
	if (mtu != 0) put(message, IFLA_MTU, &mtu, sizeof mtu);
}

/* A bridge takes the smallest address of its ports for its own: this end has a large one. */
#define HOST_MAC 0xfe

int link_make_pair(const struct pair *pair) {
	struct message message = begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	const struct ifinfomsg peer = { 0 };
	message.body.ifi_flags = message.body.ifi_change = IFF_UP;
	put_end(&message, pair->host, pair->mtu, HOST_MAC);
	if (pair->master != 0) put(&message, IFLA_MASTER, &pair->master, sizeof pair->master);
	struct rtattr *info = put(&message, IFLA_LINKINFO, NULL, 0);
	put_text(&message, IFLA_INFO_KIND, "veth");
	struct rtattr *data = put(&message, IFLA_INFO_DATA, NULL, 0);
	struct rtattr *far = put(&message, VETH_INFO_PEER, &peer, sizeof peer);
	put_end(&message, pair->inside, pair->mtu, 0);
	put(&message, IFLA_NET_NS_FD, &pair->target, sizeof pair->target);
	close_nest(&message, far);
	close_nest(&message, data);
	close_nest(&message, info);
	int error = ask(&message, NULL);
	if (error == EPROTO) error = EIO;
	return error;
}

int link_delete(const char *name) {
	struct message message = begin(RTM_DELLINK, 0);
	put_text(&message, IFLA_IFNAME, name);
	return ask(&message, NULL);
}
