/* Owns the process title that ps(1) shows. */
#ifndef BERTH_TITLE_H
#define BERTH_TITLE_H
/* Remembers where the kernel put argv and the environment. Before argv is changed. */
void title_init(char **argv);
/* Sets /proc/PID/cmdline and comm. What argv and environ point to is moved out of the way first. */
void title_set(const char *title);
/* After title_set: what argv and environ said is nowhere in this process any more; environ is empty. */
void title_forget(void);
#endif
