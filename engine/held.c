/* Owns held signals. */
#include <sys/signalfd.h>
#include <unistd.h>
#include "held.h"

void held_open(struct held *held, const sigset_t *signals) {
	sigset_t wanted = *signals;
	for (int number = 1; number < NSIG; number++) {
		struct sigaction now;
		/* A blocked signal is queued even if it is ignored (nohup); that must not turn into an order. */
		if (sigismember(&wanted, number) == 1 && sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN) sigdelset(&wanted, number);
	}
	sigprocmask(SIG_BLOCK, &wanted, &held->before);
	held->fd = signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
}

int held_next(struct held *held) {
	struct signalfd_siginfo info;
	return read(held->fd, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

void held_close(struct held *held) {
	if (held->fd >= 0) close(held->fd);
	held->fd = -1;
	sigprocmask(SIG_SETMASK, &held->before, NULL);
}
