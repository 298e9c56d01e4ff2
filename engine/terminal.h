/* Owns the terminal of whoever typed the command: which one it is, raw mode, its size. */
#ifndef BERTH_TERMINAL_H
#define BERTH_TERMINAL_H
#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

struct terminal {
	int in;  /* a terminal to read keys from, -1: none */
	int out; /* where the screen's bytes go, non-blocking where that is possible without changing it for others */
	bool is_raw;
	struct termios cooked;
};
void terminal_open(struct terminal *terminal);
/* stdin and stdout, whatever they are. */
void terminal_stdio(struct terminal *terminal);
void terminal_raw(struct terminal *terminal);
void terminal_restore(struct terminal *terminal);
void terminal_close(struct terminal *terminal);
/* Gives a pty the size of this terminal; the kernel sends SIGWINCH on its side. */
void terminal_size_to(const struct terminal *terminal, int master);
/* rows * 65536 + columns; false: it is no terminal. */
bool terminal_set_size(int master, uint32_t size);
#endif
