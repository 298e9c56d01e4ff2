// Owns how often a monitor is asked that refuses a request without knowing who asks.
// LXC's wants the sender's credentials, and asks the kernel to add them when it has accepted already: a request that comes in between
// has none and is refused, and what runs JavaScript cannot send its own. A monitor that is kept from running just there meets the next
// request there, too, unless it comes later.
import { errnoNumber } from "../../linux/errno.ts";

/** Milliseconds between the connection and the request, of one try after the other. */
export const TRIES: readonly number[] = [0, 1, 5, 20, 80];
/** For a request whose proper answer looks as a refusal does. */
export const FEW_TRIES: readonly number[] = [0, 5];

export const isRefusal = (result: number): boolean => result === -errnoNumber("EPERM");
