/* Owns what /etc/lxc/lxc-usernet grants: `USER|@GROUP veth BRIDGE NUMBER`. */
#include "rules.h"
#include <string.h>

static bool is_his(const char *owner, const struct asker *asker) {
	if (owner[0] == '@') return asker->is_member(asker->context, owner + 1);
	return strcmp(owner, asker->user) == 0;
}

static void add(struct grants *grants, const char *owner, unsigned limit) {
	struct grant *grant = grants->list;
	while (grant < grants->list + grants->count && strcmp(grant->owner, owner) != 0) grant++;
	if (grant == grants->list + GRANTS_MOST) return;
	if (grant == grants->list + grants->count) {
		strcpy(grant->owner, owner);
		grant->limit = 0;
		grants->count++;
	}
	if (limit > grant->limit) grant->limit = limit;
}

void rules_read(char *text, const struct asker *asker, struct grants *grants) {
	char *rest = text, *line, *words[4];
	grants->count = 0;
	grants->bad_line = 0;
	for (unsigned number = 1; (line = next_line(&rest)) != NULL; number++) {
		unsigned limit;
		int count = words_of(line, words, 4);
		if (count == 0 || words[0][0] == '#' || strlen(words[0]) >= OWNER_ROOM || !is_his(words[0], asker)) continue;
		if (count < 4 || !number_of(words[3], &limit)) grants->bad_line = number;
		else if (strcmp(words[1], "veth") == 0 && strcmp(words[2], asker->bridge) == 0) add(grants, words[0], limit);
	}
}
