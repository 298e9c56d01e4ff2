/* Any bytes in /etc/lxc/lxc-usernet, in /run/lxc/nics, as arguments and as the kernel's answer: no crash, and no grant without a line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "database.h"
#include "link.h"
#include "rules.h"

static bool is_member(const void *context, const char *group) { return context == NULL && strlen(group) % 2 == 0; }
static bool is_odd(const char *nic) { return strlen(nic) % 2 == 1; }
static void must(bool is_true) { if (!is_true) abort(); }

static void try_rules(char *text) {
	static struct grants grants;
	const struct asker asker = { .user = "a", .bridge = "b", .is_member = is_member };
	bool has_line = strstr(text, "veth") != NULL && strchr(text, 'b') != NULL;
	rules_read(text, &asker, &grants);
	must(grants.count >= 0 && grants.count <= GRANTS_MOST && (grants.count == 0 || has_line));
	for (int i = 0; i < grants.count; i++) must(strcmp(grants.list[i].owner, "a") == 0 || grants.list[i].owner[0] == '@');
}

static void try_database(char *text, size_t size) {
	char *out = malloc(size + 2), *again = malloc(size + 2);
	must(out != NULL && again != NULL);
	size_t first = database_alive(text, is_odd, out);
	must(first <= size + 1);
	unsigned count = database_count(out, "a", "b");
	must(!database_has(out, &(struct entry){ "a", "b", "c" }) || count > 0);
	char *copy = strdup(out);
	must(copy != NULL && database_alive(copy, is_odd, again) == first && strcmp(out, again) == 0);
	free(copy);
	free(again);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
	if (size == 0) return 0;
	struct link link;
	unsigned number;
	char *text = malloc(size);
	must(text != NULL);
	memcpy(text, bytes + 1, size - 1);
	text[size - 1] = '\0';
	switch (bytes[0] % 4) {
	case 0: try_rules(text); break;
	case 1: try_database(text, strlen(text)); break;
	case 2:
		must(!is_link_name(text) || (strlen(text) < IFNAMSIZ && strpbrk(text, "/ \n") == NULL));
		if (number_of(text, &number)) must(number <= 999999999u);
		is_own_name(text, 1000);
		break;
	default: {
		uint8_t *answer = malloc(size - 1 > 0 ? size - 1 : 1);
		must(answer != NULL);
		memcpy(answer, bytes + 1, size - 1);
		link_parse(answer, size - 1, &link);
		free(answer);
	}
	}
	free(text);
	return 0;
}
