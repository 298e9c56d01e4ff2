/* Owns what an interface, a bridge and an owner may be called, and how the lines of the two files become words. */
#define _GNU_SOURCE
#include "words.h"
#include <stdio.h>
#include <string.h>

#define MOST_UID_IN_NAME 65536u

char *next_line(char **rest) { return strsep(rest, "\n"); }

int words_of(char *line, char **words, int most) {
	int count = 0;
	char *word;
	while (count < most && (word = strsep(&line, " \t\r")) != NULL)
		if (word[0] != '\0') words[count++] = word;
	return count;
}

bool number_of(const char *word, unsigned *out) {
	size_t digits = strspn(word, "0123456789");
	if (digits == 0 || digits > 9 || word[digits] != '\0') return false;
	*out = 0;
	for (size_t i = 0; i < digits; i++) *out = *out * 10 + (unsigned)(word[i] - '0');
	return true;
}

bool is_link_name(const char *word) {
	size_t size = strlen(word);
	if (size == 0 || size >= IFNAMSIZ || strcmp(word, ".") == 0 || strcmp(word, "..") == 0) return false;
	for (size_t i = 0; i < size; i++)
		if (word[i] <= ' ' || word[i] > '~' || strchr("/:%", word[i]) != NULL) return false;
	return true;
}

static bool is_random(const char *text, size_t size) {
	if (strlen(text) != size) return false;
	for (; *text != '\0'; text++)
		if (!((*text >= '0' && *text <= '9') || (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z'))) return false;
	return true;
}

bool is_own_name(const char *name, unsigned uid) {
	char prefix[IFNAMSIZ];
	if (uid == 0 || uid > MOST_UID_IN_NAME) return strncmp(name, "veth", 4) == 0 && is_random(name + 4, 6);
	int size = snprintf(prefix, sizeof prefix, "veth%u_", uid);
	return strncmp(name, prefix, (size_t)size) == 0 && is_random(name + size, 4);
}
