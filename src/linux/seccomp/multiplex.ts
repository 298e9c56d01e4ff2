// Owns the calls that i386 programs can also make through another one: socketcall(2) and ipc(2) take the call's number as their first argument.
import type { Comparison } from "./bpf.ts";

/** linux/net.h, linux/ipc.h; a call's place is its number. */
const CALLS: Readonly<Record<"socketcall" | "ipc", readonly string[]>> = {
  socketcall: [
    "", "socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv", "sendto", "recvfrom", "shutdown", "setsockopt", "getsockopt",
    "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg",
  ],
  ipc: ["", "semop", "semget", "semctl", "semtimedop", "", "", "", "", "", "", "msgsnd", "msgrcv", "msgget", "msgctl", "", "", "", "", "", "", "shmat", "shmdt", "shmget", "shmctl"],
};
/** The upper half of ipc's first argument is a version. */
const MASKS = { socketcall: 0xffffffffn, ipc: 0xffffn } as const;

export interface Multiplexed { readonly by: "socketcall" | "ipc"; readonly comparison: Comparison }

/** How else that call can be made. */
export function multiplexed(call: string): Multiplexed | undefined {
  if (call === "") return undefined;
  for (const by of ["socketcall", "ipc"] as const) {
    const number = CALLS[by].indexOf(call);
    if (number > 0) return { by, comparison: { index: 0, operator: "&=", value: BigInt(number), mask: MASKS[by] } };
  }
  return undefined;
}
