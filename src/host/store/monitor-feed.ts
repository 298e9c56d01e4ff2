// Owns what a container's monitor tells of states: a connection to its command socket, Berth's or another LXC's.
import { createConnection } from "node:net";
import { MESSAGE_SIZE, REPLY_SIZE, stateClientRequest, stateOfMessage } from "../../linux/lxc-commands.ts";
import type { State } from "../../model/state.ts";
import { STATES } from "../../model/state.ts";
import type { Place } from "./layout.ts";
import { commandSocket } from "./layout.ts";

export interface Feed { readonly close: () => void }
export interface Listener {
  readonly state: (state: State) => void;
  readonly end: (wasAnswered: boolean) => void;
  /** From now on it tells. `isOver`: it was in another state when it was asked, and tells no more. LXC's says so of no state after RUNNING. */
  readonly ready?: (isOver: boolean) => void;
}

/** Tells every state but the one it has now; `end` once, when the monitor has gone, tells no more, or (not answered) has never told anything. */
export function followMonitor(place: Place, now: State, on: Listener): Feed {
  const socket = createConnection({ path: `\0${commandSocket(place)}` });
  let seen = Buffer.alloc(0);
  let isAnswered = false;
  const take = (size: number): Buffer | undefined => {
    if (seen.length < size) return undefined;
    const part = seen.subarray(0, size);
    seen = seen.subarray(size);
    return part;
  };
  socket.on("connect", () => socket.write(stateClientRequest(STATES.filter((state) => state !== now))));
  socket.on("data", (bytes: Buffer) => {
    seen = Buffer.concat([seen, bytes]);
    if (!isAnswered) {
      const reply = take(REPLY_SIZE);
      isAnswered = reply !== undefined;
      if (reply !== undefined) on.ready?.(reply.readInt32LE(0) < STATES.length);
    }
    for (let message = isAnswered ? take(MESSAGE_SIZE) : undefined; message !== undefined; message = take(MESSAGE_SIZE)) {
      const state = stateOfMessage(message);
      if (state !== undefined) on.state(state);
    }
  });
  socket.on("error", () => undefined); // its close follows
  const ended = (): void => on.end(isAnswered);
  socket.once("close", ended);
  return { close: () => { socket.off("close", ended); socket.destroy(); } };
}
