/* Owns a descriptor's end, for those who know nothing of plans, too. */
#ifndef BERTH_CLOSING_H
#define BERTH_CLOSING_H
/* Closes without a word: the result and the errno of what was done with it. */
int closing(int fd, int result);
#endif
