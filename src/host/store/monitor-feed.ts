// Owns what a container's monitor tells of states: a connection to its command socket, Berth's or another LXC's.
import { createConnection } from "node:net";
import { MESSAGE_SIZE, REPLY_SIZE, stateClientRequest, stateOfMessage } from "../../linux/lxc-commands.ts";
import type { State } from "../../model/state.ts";
import { STATES } from "../../model/state.ts";
import type { Place } from "./layout.ts";
import { commandSocket } from "./layout.ts";
import { isRefusal, TRIES } from "./monitor-tries.ts";

export interface Feed { readonly close: () => void }
export interface Listener {
  readonly state: (state: State) => void;
  readonly end: (wasAnswered: boolean) => void;
  /** From now on it tells. `isOver`: it was in another state when it was asked, and tells no more. LXC's says so of no state after RUNNING. */
  readonly ready?: (isOver: boolean) => void;
}

/** Tells every state but the one it has now; `end` once, when the monitor has gone, tells no more, or (not answered) has never told anything. */
export function followMonitor(place: Place, now: State, on: Listener): Feed {
  let feed: Feed;
  const follow = (attempt: number): void => {
    feed = followOnce(place, now, TRIES[attempt] ?? 0, { ...on, end: (wasAnswered, wasConnected) => {
      if (wasAnswered || !wasConnected || attempt + 1 === TRIES.length) on.end(wasAnswered);
      else follow(attempt + 1);
    } });
  };
  follow(0);
  return { close: () => feed.close() };
}

interface OnceListener extends Omit<Listener, "end"> { readonly end: (wasAnswered: boolean, wasConnected: boolean) => void }

function followOnce(place: Place, now: State, pause: number, on: OnceListener): Feed {
  const socket = createConnection({ path: `\0${commandSocket(place)}` });
  let seen = Buffer.alloc(0);
  let isAnswered = false, isConnected = false;
  const take = (size: number): Buffer | undefined => {
    if (seen.length < size) return undefined;
    const part = seen.subarray(0, size);
    seen = seen.subarray(size);
    return part;
  };
  socket.on("connect", () => {
    isConnected = true;
    const ask = (): void => { socket.write(stateClientRequest(STATES.filter((state) => state !== now))); };
    if (pause === 0) ask();
    else setTimeout(ask, pause);
  });
  socket.on("data", (bytes: Buffer) => {
    seen = Buffer.concat([seen, bytes]);
    if (!isAnswered) {
      const reply = take(REPLY_SIZE);
      if (reply !== undefined && isRefusal(reply.readInt32LE(0))) { socket.destroy(); return; }
      isAnswered = reply !== undefined;
      if (reply !== undefined) on.ready?.(reply.readInt32LE(0) < STATES.length);
    }
    for (let message = isAnswered ? take(MESSAGE_SIZE) : undefined; message !== undefined; message = take(MESSAGE_SIZE)) {
      const state = stateOfMessage(message);
      if (state !== undefined) on.state(state);
    }
  });
  socket.on("error", () => undefined); // its close follows
  const ended = (): void => on.end(isAnswered, isConnected);
  socket.once("close", ended);
  return { close: () => { socket.off("close", ended); socket.destroy(); } };
}
