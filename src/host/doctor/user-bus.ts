// Owns asking whether a user's D-Bus is there: its socket is connected to, and takes his name.
import { createConnection } from "node:net";

export type BusAnswer = "answers" | "silent" | "refuses" | "missing";
const PATIENCE_MS = 1500;

/** The SASL exchange that every bus begins with; nothing is asked of the bus itself. */
export function askUserBus(uid: number): Promise<BusAnswer> {
  return new Promise((resolve) => {
    const socket = createConnection({ path: `/run/user/${uid}/bus` });
    const end = (answer: BusAnswer): void => { clearTimeout(timer); socket.destroy(); resolve(answer); };
    const timer = setTimeout(() => end("silent"), PATIENCE_MS);
    socket.once("error", () => end("missing"));
    socket.once("connect", () => socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(uid)).toString("hex")}\r\n`));
    socket.once("data", (data) => end(data.toString("latin1").startsWith("OK ") ? "answers" : "refuses"));
    socket.once("close", () => end("refuses"));
  });
}
