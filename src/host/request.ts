// Owns the decoding of a REQUEST frame: u32 count, then that many times u32 length and `key=value`.
import { Buffer } from "node:buffer";
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

function splitEntries(payload: Uint8Array<ArrayBuffer>): Entries {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength); // a TextDecoder takes longer, for each variable of the environment
  const texts = new Map<string, string[]>();
  const raw = new Map<string, Uint8Array>();
  let at = 4;
  for (let left = view.getUint32(0, true); left > 0; left--) {
    const end = at + 4 + view.getUint32(at, true);
    if (end > payload.length) throw new Error("an entry of the request is longer than the request");
    const equals = bytes.indexOf(EQUALS, at + 4);
    if (equals < 0 || equals >= end) throw new Error("an entry of the request has no '='");
    const key = bytes.toString("utf8", at + 4, equals);
    if (key === "events" || key === "plan") raw.set(key, payload.subarray(equals + 1, end));
    else append(texts, key, bytes.toString("utf8", equals + 1, end));
    at = end;
  }
  return { texts, raw };
}

const KINDS: readonly Request["kind"][] = ["command", "report", "reboot"];

/** As getenv(3) sees it: of a name given twice the first counts. */
function environment(lines: readonly string[]): Record<string, string> {
  const seen = new Map<string, string>();
  for (const line of lines) {
    const equals = line.indexOf("=");
    const name = line.slice(0, equals);
    if (equals > 0 && !seen.has(name)) seen.set(name, line.slice(equals + 1));
  }
  return Object.fromEntries(seen);
}

export function decodeRequest(payload: Uint8Array<ArrayBuffer>): Request {
  const { texts, raw } = splitEntries(payload);
  const all = (key: string): readonly string[] => texts.get(key) ?? [];
  const one = (key: string): string => texts.get(key)?.[0] ?? "";
  const kind = KINDS.find((known) => known === one("kind"));
  if (kind === undefined) throw new Error(`a request of unknown kind '${one("kind")}'`);
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
