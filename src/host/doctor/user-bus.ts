// Owns asking whether a user's systemd can be heard: by every way that a start would take, until one is answered.
import { BusError } from "../bus/connection.ts";
import { hear, userBuses } from "../bus/systemd.ts";

const FIRST_WORD_MS = 2000;
const EACH_MS = 6000;

export type BusAnswer = { readonly is: "heard" } | { readonly is: "missing" } | { readonly is: "unheard"; readonly why: string };

export async function askUserBus(uid: number, env: Readonly<Record<string, string>>): Promise<BusAnswer> {
  const tried: string[] = [];
  for (const bus of userBuses(uid, env)) {
    const now = performance.now();
    try {
      await hear(bus, { uid, deadline: now + FIRST_WORD_MS, end: now + EACH_MS });
      return { is: "heard" };
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      tried.push(error.message);
    }
  }
  return tried.length === 0 ? { is: "missing" } : { is: "unheard", why: tried.join("; ") };
}
