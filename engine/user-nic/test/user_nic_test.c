/* lxc-user-nic's parts that read what others wrote: rules, database, names, answers of the kernel. */
#undef NDEBUG
#include <assert.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include "database.h"
#include "link.h"
#include "rules.h"

static bool is_member(const void *context, const char *group) { return strcmp(group, context) == 0; }
static bool is_even(const char *nic) { return (nic[strlen(nic) - 1] - '0') % 2 == 0; }
static bool is_any(const char *nic) { return nic[0] != '\0'; }

static struct grants grants;
static const struct grants *read_rules(const char *lines) {
	static char text[4096];
	const struct asker asker = { .user = "alice", .bridge = "br0", .is_member = is_member, .context = "team" };
	snprintf(text, sizeof text, "%s", lines);
	rules_read(text, &asker, &grants);
	return &grants;
}

static void rules(void) {
	assert(read_rules("")->count == 0);
	assert(read_rules("# alice veth br0 9\nalice veth br0 2")->count == 1 && grants.list[0].limit == 2 && grants.bad_line == 0);
	assert(read_rules("alice veth br0 2\n@team veth br0 3\nalice veth br0 1\nalice veth br0 4\n")->count == 2);
	assert(grants.list[0].limit == 4 && strcmp(grants.list[1].owner, "@team") == 0 && grants.list[1].limit == 3);
	assert(read_rules("alic veth br0 1\nalicee veth br0 1\n@alice veth br0 1\n@tea veth br0 1\nteam veth br0 1\n* veth br0 1\n")->count == 0);
	assert(read_rules("alice veth br 1\nalice veth br00 1\nalice veth BR0 1\nalice macvlan br0 1\n")->count == 0 && grants.bad_line == 0);
	static const char *const bad[] = { "alice veth br0", "alice veth br0 x", "alice veth br0 -1", "alice veth br0 2x", "alice veth br0 0x2", "alice veth br0 4294967297", "alice" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert(read_rules(bad[i])->count == 0 && grants.bad_line == 1);
	assert(read_rules("\t alice\tveth  br0 1 more words\r\n")->count == 1 && grants.list[0].limit == 1);
	char long_name[OWNER_ROOM + 64];
	memset(long_name, 'a', sizeof long_name);
	long_name[sizeof long_name - 1] = '\0';
	assert(read_rules(long_name)->count == 0);
}

static void database(void) {
	char text[] = "alice veth br0 veth7_0002\nalice veth br0 veth7_0001\n@team veth br0 v4\nnonsense\nalice veth br0 v6 more\n\nalice veth br0 ../2\nalice veth br01 v8", out[256];
	assert(database_alive(text, is_even, out) == strlen(out));
	assert(strcmp(out, "alice veth br0 veth7_0002\n@team veth br0 v4\nalice veth br01 v8\n") == 0);
	assert(database_count(out, "alice", "br0") == 1 && database_count(out, "@team", "br0") == 1 && database_count(out, "team", "br0") == 0);
	assert(database_count(out, "alic", "br0") == 0 && database_count(out, "alice", "br") == 0 && database_count(out, "alice", "br01") == 1);
	assert(database_has(out, &(struct entry){ "alice", "br0", "veth7_0002" }) && !database_has(out, &(struct entry){ "alice", "br0", "veth7_000" }));
	assert(!database_has(out, &(struct entry){ "alice", "br0", "v4" }) && !database_has(out, &(struct entry){ "alice", "br01", "veth7_0002" }));
	char none[] = "", sink[8];
	assert(database_alive(none, is_any, sink) == 0 && sink[0] == '\0');
}

static void names(void) {
	static const char *const good[] = { "eth0", "a", "br-lan", "veth1000_aB3d", "fifteen-letters" };
	static const char *const bad[] = { "", ".", "..", "a/b", "../x", "a b", "a\nb", "eth%d", "eth0:1", "sixteen--letters", "caf\xc3\xa9", "a\x7f" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert(is_link_name(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert(!is_link_name(bad[i]));
	assert(is_own_name("veth7_aB3d", 7) && !is_own_name("veth7_aB3d", 8) && !is_own_name("veth77_aB3", 7) && !is_own_name("veth7_aB3", 7) && !is_own_name("veth7_a.3d", 7));
	assert(is_own_name("vethaB3dxy", 70000) && !is_own_name("veth7_aB3d", 70000) && !is_own_name("vethaB3dx", 70000));
	unsigned number;
	assert(number_of("4294967", &number) && number == 4294967);
	assert(!number_of("", &number) && !number_of("-1", &number) && !number_of("+1", &number) && !number_of("1/../2", &number) && !number_of("1234567890", &number) && !number_of(" 1", &number));
}

/* A bridge as the kernel tells of one, cut off after each byte: no answer is trusted to be whole. */
static void answers(void) {
	struct {
		struct nlmsghdr head; struct ifinfomsg body;
		struct rtattr mtu_head; uint32_t mtu;
		struct rtattr link_head; uint32_t link;
		struct rtattr info; struct rtattr kind; char name[8];
	} answer = {
		.head = { .nlmsg_len = sizeof answer, .nlmsg_type = RTM_NEWLINK }, .body = { .ifi_index = 7 },
		.mtu_head = { .rta_len = 8, .rta_type = IFLA_MTU }, .mtu = 1400, .link_head = { .rta_len = 8, .rta_type = IFLA_LINK }, .link = 9,
		.info = { .rta_len = 15, .rta_type = IFLA_LINKINFO }, .kind = { .rta_len = 11, .rta_type = IFLA_INFO_KIND }, .name = "bridge",
	};
	struct link link;
	assert(link_parse((const uint8_t *)&answer, sizeof answer, &link) && link.index == 7 && link.mtu == 1400 && link.peer_index == 9 && link.kind == LINK_BRIDGE);
	for (size_t size = 0; size < sizeof answer; size++) assert(!link_parse((const uint8_t *)&answer, size, &link));
	answer.name[0] = 'B';
	assert(link_parse((const uint8_t *)&answer, sizeof answer, &link) && link.kind == LINK_OTHER);
}

int main(void) {
	rules();
	database();
	names();
	answers();
	return 0;
}
