// Owns what a container's console has said and says, as its monitor tells it.
import { createConnection } from "node:net";
import { commandRequest, FOLLOW_CONSOLE, GET_STATE, repliesOf } from "../../linux/lxc-commands.ts";
import type { Place } from "./layout.ts";
import { commandSocket } from "./layout.ts";

export interface ConsoleTold {
  /** The console's bytes; `isNew`: said just now. */
  readonly bytes: (bytes: Uint8Array, isNew: boolean) => void;
  /** All that was kept has been told. */
  readonly caughtUp?: () => void;
  /** The monitor has gone, or `end` has fired; not answered: it is not Berth's, or not ours to ask. */
  readonly over: (wasAnswered: boolean) => void;
}

/** From what the monitor keeps (lxc.console.buffer.size) on. */
export function followConsole(place: Place, told: ConsoleTold, end: AbortSignal): void {
  const socket = createConnection({ path: `\0${commandSocket(place)}` });
  let seen: Uint8Array = new Uint8Array(0);
  let isCaughtUp = false, isRefused = false;
  socket.on("connect", () => {
    socket.write(commandRequest(FOLLOW_CONSOLE));
    socket.write(commandRequest(GET_STATE)); // its answer comes behind what is kept
  });
  socket.on("data", (bytes: Uint8Array) => {
    const { replies, rest } = repliesOf(seen.length === 0 ? bytes : Buffer.concat([seen, bytes]));
    seen = rest;
    for (const { result, data } of replies) {
      if (data.length > 0) told.bytes(data, isCaughtUp);
      else if (result < 0) isRefused = true;
      else if (!isCaughtUp) { isCaughtUp = true; told.caughtUp?.(); }
    }
    if (isRefused) socket.destroy();
  });
  socket.on("error", () => undefined); // its close follows
  socket.once("close", () => told.over(isCaughtUp && !isRefused));
  end.addEventListener("abort", () => socket.destroy(), { once: true });
}
