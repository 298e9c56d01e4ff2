/* Owns what this program is executed from. */
#ifndef BERTH_SHELTER_H
#define BERTH_SHELTER_H
/* Status of a program that was made set-user-ID and so does nothing. */
#define STATUS_SET_ID 125

/* 0, or STATUS_SET_ID after a word on stderr: somebody else's rights are not ours to hand on. */
int refuse_set_id(void);
/* First thing in main. For root: executes this program again, the same but for its file, which nobody can
 * write to through /proc/PID/exe. Returns where that is done already, not needed or not possible. */
void shelter(char **argv, char **environment);
/* The prefix as the first execution found it; NULL where there was only one. */
const char *shelter_prefix(void);
#endif
