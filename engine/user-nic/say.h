/* Owns what it says: lines on stderr, of its own name, when nothing is held any more: a caller who does not read must not
 * make others wait for the database. */
#ifndef USER_NIC_SAY_H
#define USER_NIC_SAY_H
#include <stdbool.h>

/* Keeps it for the end; false. */
bool complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Lets go of every descriptor but 0, 1 and 2, and says what has been kept. */
void say_all(void);
/* Says it, with all the rest, and ends with 1. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
