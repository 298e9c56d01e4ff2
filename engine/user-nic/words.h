/* Owns what an interface, a bridge and an owner may be called, and how the lines of the two files become words. */
#ifndef USER_NIC_WORDS_H
#define USER_NIC_WORDS_H
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#define OWNER_ROOM 256 /* a user's name, or @ and a group's, with its end */
#define FILE_MOST (1024 * 1024)

/* Cuts a line into at most `most` words; blanks, tabs and returns part them. How many there are. */
int words_of(char *line, char **words, int most);

/* The next line of a text, without its end; NULL behind the last. */
char *next_line(char **rest);

/* Digits alone, at most 9 of them. */
bool number_of(const char *word, unsigned *out);

/* What the kernel takes as a name, and no word that would break a line or a path. */
bool is_link_name(const char *word);

/* A host's end: `vethUID_XXXX` of this user, or `vethXXXXXX`, with letters and digits for X. */
bool is_own_name(const char *name, unsigned uid);

#endif
