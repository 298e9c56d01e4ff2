/* Owns lxc-user-nic: an interface of the host for a container of an ordinary user, as far as /etc/lxc/lxc-usernet grants it.
 * It is set-user-ID root: what comes from its caller is no more than words to be looked at. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "caller.h"
#include "database.h"
#include "link.h"
#include "ovs.h"
#include "rules.h"
#include "say.h"
#include "target.h"

#define NAME_TRIES 16
#define UID_IN_NAME 65536u

static const char USAGE[] =
	"Usage: lxc-user-nic create LXCPATH NAME PID veth BRIDGE [INTERFACE]\n"
	"       lxc-user-nic delete LXCPATH NAME NETNS veth BRIDGE HOST-INTERFACE\n"
	"Makes an interface of the host for a container of an ordinary user; /etc/lxc/lxc-usernet says how many on which bridge.\n";
enum argument { ARG_PROGRAM, ARG_VERB, ARG_LXCPATH, ARG_NAME, ARG_TARGET, ARG_TYPE, ARG_BRIDGE, ARG_NIC, ARGS };

struct errand { struct caller caller; const char *bridge; int target, database; struct link link; bool is_none; };
static struct errand errand = { .target = -1, .database = -1 };
static struct grants grants;
static char rules_text[FILE_MOST + 1], database_text[FILE_MOST + 1], alive[FILE_MOST + OWNER_ROOM + 64];

/* A file as a text; bytes behind a zero are nobody's. */
static bool read_all(int fd, const char *path, char text[FILE_MOST + 1]) {
	size_t size = 0;
	ssize_t count;
	while (size <= FILE_MOST && (count = read(fd, text + size, FILE_MOST + 1 - size)) != 0) {
		if (count < 0 && errno == EINTR) continue;
		if (count < 0) return complain("cannot read %s: %s", path, strerror(errno));
		size += (size_t)count;
	}
	if (size > FILE_MOST) return complain("%s is larger than %d bytes", path, FILE_MOST);
	text[size] = '\0';
	return true;
}

static bool read_rules(void) {
	int fd = open(RULES_PATH, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT) {
		rules_text[0] = '\0';
		return true;
	}
	if (fd < 0) return complain("cannot open %s: %s", RULES_PATH, strerror(errno));
	bool is_read = read_all(fd, RULES_PATH, rules_text);
	close(fd);
	return is_read;
}

static bool know_bridge(void) {
	errand.is_none = strcmp(errand.bridge, "none") == 0;
	if (errand.is_none) return true;
	int error = link_find(errand.bridge, &errand.link);
	if (error == ENODEV) return complain("the bridge '%s' does not exist", errand.bridge);
	if (error != 0) return complain("cannot look at the bridge '%s': %s", errand.bridge, strerror(error));
	/* of its userspace datapath the kernel sees a tap */
	if (errand.link.kind == LINK_OTHER && ovs_has(errand.bridge)) errand.link.kind = LINK_OVS;
	return errand.link.kind != LINK_OTHER || complain("'%s' is not a bridge", errand.bridge);
}

/* What is in the database and still there, under its lock: who comes meanwhile waits. */
static bool lock_database(void) {
	errand.database = database_open();
	if (errand.database < 0) return complain("cannot use %s: %s", DATABASE_PATH, strerror(errno));
	if (!read_all(errand.database, DATABASE_PATH, database_text)) return false;
	database_alive(database_text, link_is_there, alive);
	return true;
}

/* The first line that has something left; NULL where none has, which is said. */
static const struct grant *choose(void) {
	char told[512] = "";
	unsigned sum = 0;
	const struct asker asker = { .user = errand.caller.name, .bridge = errand.bridge, .is_member = caller_is_member, .context = &errand.caller };
	rules_read(rules_text, &asker, &grants);
	for (int i = 0; i < grants.count; i++) {
		const struct grant *grant = &grants.list[i];
		unsigned used = database_count(alive, grant->owner, errand.bridge);
		if (used < grant->limit) return grant;
		sum += grant->limit;
		size_t size = strlen(told);
		snprintf(told + size, sizeof told - size, "%s%s uses %u of %u", size == 0 ? "" : ", ", grant->owner, used, grant->limit);
	}
	char bad[96] = "";
	if (grants.bad_line != 0) snprintf(bad, sizeof bad, " (line %u there has no number in the fourth place)", grants.bad_line);
	if (sum == 0) complain("%s may have no veth on '%s': no line of %s grants one%s; the line to add there, as root: %s veth %s 10", errand.caller.name, errand.bridge, RULES_PATH, bad, errand.caller.name, errand.bridge);
	else complain("Quota reached: %s asks for one more veth on '%s', and %s%s; the line for one more in %s, as root: %s veth %s %u", errand.caller.name, errand.bridge, told, bad, RULES_PATH, errand.caller.name, errand.bridge, database_count(alive, errand.caller.name, errand.bridge) + 1);
	return NULL;
}

static bool make_name(char name[IFNAMSIZ]) {
	static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	uint8_t chance[6];
	uid_t uid = errand.caller.uid;
	bool has_uid = uid > 0 && uid <= UID_IN_NAME;
	if (getrandom(chance, sizeof chance, 0) != sizeof chance) return complain("there is no chance: %s", strerror(errno));
	int size = has_uid ? snprintf(name, IFNAMSIZ, "veth%u_", uid) : snprintf(name, IFNAMSIZ, "veth");
	for (int i = 0; i < (has_uid ? 4 : 6); i++) name[size++] = letters[chance[i] % (sizeof letters - 1)];
	name[size] = '\0';
	return true;
}

static bool record(const char *owner, const char *nic) {
	size_t size = strlen(alive);
	if (owner != NULL) snprintf(alive + size, sizeof alive - size, "%s veth %s %s\n", owner, errand.bridge, nic);
	int done = database_write(errand.database, alive);
	alive[size] = '\0';
	return done == 0 || complain("cannot write %s: %s", DATABASE_PATH, strerror(errno));
}

/* In the database first: whoever ends it in between leaves a line without an interface, never the other way round. */
static bool make(const char *owner, const char *inside, char host[IFNAMSIZ]) {
	int error = EEXIST;
	for (int i = 0; i < NAME_TRIES && error == EEXIST; i++) {
		if (!make_name(host)) return false;
		if (link_is_there(host)) continue;
		if (!record(owner, host)) return false;
		const bool is_port = errand.link.kind == LINK_BRIDGE;
		const struct pair pair = { .host = host, .inside = inside, .target = errand.target, .mtu = errand.link.mtu, .master = is_port ? errand.link.index : 0 };
		error = link_make_pair(&pair);
		if (error == EEXIST && !link_is_there(host)) break; /* then it is the other end's */
	}
	if (error == 0 && (errand.link.kind != LINK_OVS || ovs_add(errand.bridge, host))) return true;
	if (error == 0) link_delete(host);
	else if (error == EEXIST) complain("the name '%s' is taken in the container", inside);
	else complain("cannot make a veth on '%s': %s", errand.bridge, strerror(error));
	record(NULL, host);
	return false;
}

/* Nobody waits for the database any more: the caller may be slow to read. */
static bool tell(const char *host) {
	struct link link;
	char name[IFNAMSIZ], line[4 * IFNAMSIZ];
	int error = link_find(host, &link);
	if (error != 0) return complain("the interface '%s' has gone: %s", host, strerror(error));
	if (!target_name(errand.target, link.peer_index, name)) return false;
	int size = snprintf(line, sizeof line, "%s:%d:%s:%d\n", name, link.peer_index, host, link.index);
	close(errand.database);
	return write(1, line, (size_t)size) == size || complain("cannot tell the interface's name: %s", strerror(errno));
}

static bool create(char *const words[], int count) {
	char host[IFNAMSIZ], path[64];
	unsigned pid;
	const char *inside = count > ARG_NIC ? words[ARG_NIC] : "eth%d";
	if (count > ARG_NIC && !is_link_name(inside)) return complain("'%s' cannot be the name of an interface", inside);
	if (!number_of(words[ARG_TARGET], &pid) || pid == 0) return complain("'%s' is no pid", words[ARG_TARGET]);
	snprintf(path, sizeof path, "/proc/%u/ns/net", pid);
	char called[32];
	snprintf(called, sizeof called, "pid %u", pid);
	errand.target = target_open(&errand.caller, path, called);
	if (errand.target < 0 || !caller_shut_out() || !read_rules() || !lock_database()) return false;
	const struct grant *grant = choose();
	if (grant == NULL || !know_bridge() || !make(grant->owner, inside, host)) return false;
	if (tell(host)) return true;
	if (errand.link.kind == LINK_OVS) ovs_delete(errand.bridge, host);
	link_delete(host); /* its line goes with the next call */
	return false;
}

/* Only what is his: by the name, which has his uid, and by the line that granted it. */
static bool is_granted(const char *host) {
	const struct asker asker = { .user = errand.caller.name, .bridge = errand.bridge, .is_member = caller_is_member, .context = &errand.caller };
	rules_read(rules_text, &asker, &grants);
	bool is_his = database_has(alive, &(struct entry){ errand.caller.name, errand.bridge, host });
	for (int i = 0; i < grants.count; i++) is_his = is_his || database_has(alive, &(struct entry){ grants.list[i].owner, errand.bridge, host });
	return is_his && is_own_name(host, errand.caller.uid);
}

static bool delete(char *const words[]) {
	const char *host = words[ARG_NIC];
	if (!is_link_name(host)) return complain("'%s' is no name of an interface", host);
	errand.target = target_open(&errand.caller, words[ARG_TARGET], words[ARG_TARGET]);
	if (errand.target < 0 || !caller_shut_out() || !know_bridge()) return false;
	if (errand.link.kind != LINK_OVS) return complain("only ports of Open vSwitch are deleted: '%s' goes with its container", host);
	if (!read_rules() || !lock_database()) return false;
	if (!is_granted(host)) return complain("%s has no interface '%s' on '%s'", errand.caller.name, host, errand.bridge);
	if (!ovs_delete(errand.bridge, host)) return false;
	if (link_is_there(host)) link_delete(host);
	database_alive(strcpy(database_text, alive), link_is_there, alive);
	return record(NULL, host);
}

static bool serve(int count, char *words[]) {
	const bool is_create = count > ARG_VERB && strcmp(words[ARG_VERB], "create") == 0, is_delete = count > ARG_VERB && strcmp(words[ARG_VERB], "delete") == 0;
	if (count > ARGS || count < (is_create ? ARG_NIC : ARGS) || (!is_create && !is_delete)) {
		if (write(2, USAGE, sizeof USAGE - 1) < 0) return false;
		return false;
	}
	errand.bridge = words[ARG_BRIDGE];
	if (!caller_know(&errand.caller)) return false;
	if (strcmp(words[ARG_TYPE], "veth") != 0) return complain("'%s' is no type that it makes: only veth", words[ARG_TYPE]);
	if (!is_link_name(errand.bridge)) return complain("'%s' cannot be the name of a bridge", errand.bridge);
	return is_create ? create(words, count) : delete(words);
}

int main(int count, char *words[]) {
	if (geteuid() != 0) die("it is not set-user-ID root (or lies on a file system mounted nosuid); as root: chown root lxc-user-nic; chmod 4755 lxc-user-nic");
	caller_leave();
	bool is_done = serve(count, words);
	say_all();
	return is_done ? 0 : 1;
}
