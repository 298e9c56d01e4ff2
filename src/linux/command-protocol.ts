// Owns the numbers of LXC's command protocol, as far as we ask them; docs/decisions/0002-protocol.md has them all.

export const GET_TTY_FD = 0;
export const GET_CONFIG_ITEM = 7;
/** A state that the monitor is to pass on to those who wait for it. */
export const SERVE_STATE_CLIENTS = 12;
/** The listener of a filter with the action notify, for the monitor to serve. */
export const ADD_SECCOMP_LISTENER = 13;
export const FREEZE = 15;
export const UNFREEZE = 16;
/** Ours: what the console says from a position on, in replies without end. */
export const FOLLOW_CONSOLE = 1000;
/** Ours: the end that comes is wanted, by a user (1) or because the host goes down (2); 0: it is not, after all. */
export const END_ASKED = 1001;
