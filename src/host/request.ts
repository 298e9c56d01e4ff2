// Owns the decoding of a REQUEST frame: u32 count, then that many times u32 length and `key=value`.
import type { Request } from "../model/request.ts";

interface Entries {
  readonly texts: ReadonlyMap<string, readonly string[]>;
  /** What is no text. */
  readonly raw: ReadonlyMap<string, Uint8Array>;
}

function append(texts: Map<string, string[]>, key: string, value: string): void {
  const known = texts.get(key);
  if (known === undefined) texts.set(key, [value]);
  else known.push(value);
}

const EQUALS = 0x3d;
const RAW: readonly string[] = ["events", "plan"];

/** Decoded once where that is possible: bytes and characters are the same then. A node:buffer would take 0.5 ms before its first text. */
function splitEntries(payload: Uint8Array<ArrayBuffer>): Entries {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const whole = decoder.decode(payload);
  const isAscii = whole.length === payload.length && !whole.includes("\ufffd");
  const word = (at: number): number => ((payload[at] ?? 0) | ((payload[at + 1] ?? 0) << 8) | ((payload[at + 2] ?? 0) << 16) | ((payload[at + 3] ?? 0) << 24)) >>> 0;
  const text = (from: number, to: number): string => (isAscii ? whole.slice(from, to) : decoder.decode(payload.subarray(from, to)));
  const texts = new Map<string, string[]>();
  const raw = new Map<string, Uint8Array>();
  let at = 4;
  for (let left = word(0); left > 0; left--) {
    const end = at + 4 + word(at);
    if (end > payload.length) throw new Error("an entry of the request is longer than the request");
    const equals = isAscii ? whole.indexOf("=", at + 4) : payload.indexOf(EQUALS, at + 4);
    if (equals < 0 || equals >= end) throw new Error("an entry of the request has no '='");
    const key = text(at + 4, equals);
    if (RAW.includes(key)) raw.set(key, payload.subarray(equals + 1, end));
    else append(texts, key, text(equals + 1, end));
    at = end;
  }
  return { texts, raw };
}

const isKind = (kind: string): kind is Request["kind"] => kind === "command" || kind === "report" || kind === "reboot";

/** As getenv(3) sees it: of a name given twice the first counts. */
function environment(lines: readonly string[]): Record<string, string> {
  const seen: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const equals = line.indexOf("=");
    const name = line.slice(0, equals);
    if (equals > 0 && seen[name] === undefined) seen[name] = line.slice(equals + 1);
  }
  return seen;
}

export function decodeRequest(payload: Uint8Array<ArrayBuffer>): Request {
  const { texts, raw } = splitEntries(payload);
  const all = (key: string): readonly string[] => texts.get(key) ?? [];
  const one = (key: string): string => texts.get(key)?.[0] ?? "";
  const kind = one("kind");
  if (!isKind(kind)) throw new Error(`a request of unknown kind '${kind}'`);
  const [plan, events] = [raw.get("plan"), raw.get("events")];
  return {
    kind, argv: all("arg"), cwd: one("cwd"), env: environment(all("env")),
    pid: Number(one("pid")), uid: Number(one("uid")), euid: Number(one("euid")), gid: Number(one("gid")), egid: Number(one("egid")),
    isTty: [one("tty")[0] === "1", one("tty")[1] === "1", one("tty")[2] === "1"],
    inheritedFds: one("fds").split(",").filter((text) => text !== "").map(Number),
    cgroup: one("cgroup"), prefix: one("prefix"),
    ...(plan === undefined ? {} : { plan }), ...(events === undefined ? {} : { events }),
  };
}
