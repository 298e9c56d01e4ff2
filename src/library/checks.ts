// Owns what a program's words are held to before anything is done: JavaScript has no compiler that would do it.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { enginePath } from "../host/probe/host-facts.ts";
import { fail, type Problem } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { STATES, type State } from "../model/state.ts";
import { need } from "./error.ts";
import type { ExecOptions } from "./execution.ts";
import type { SandboxLimits, SandboxMount, SandboxNetwork } from "./sandbox-config.ts";

const refuse = (text: string, remedy: string): never => need(fail({ code: "option.value", text, remedy } satisfies Problem));
const shown = (value: unknown): string => (typeof value === "number" || value === undefined ? String(value) : JSON.stringify(value) ?? typeof value);

/** A word that nobody reads would be a wish that is not fulfilled, without anybody saying so. */
export function onlyKnown(what: string, given: object, known: Readonly<Record<string, true>>): void {
  const unknown = Object.keys(given).find((word) => !Object.hasOwn(known, word));
  if (unknown !== undefined) need(fail({ code: "option.unknown", text: `${what} has no '${unknown}'`, remedy: `it has: ${Object.keys(known).join(", ")}` }));
}

const LIMITS = { memory: true, pids: true, cpus: true } as const satisfies Record<keyof SandboxLimits, true>;
const isCount = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value) && value > 0;

export function checkLimits(limits: SandboxLimits): void {
  onlyKnown("limits", limits, LIMITS);
  const { memory, pids, cpus } = limits;
  if (memory !== undefined && !isCount(memory) && !(typeof memory === "string" && /^[1-9]\d*[KMGT]?$/i.test(memory))) refuse(`limits.memory: ${shown(memory)} is no amount of memory`, 'a number of bytes, or as in "256M"');
  if (pids !== undefined && !isCount(pids)) refuse(`limits.pids: ${shown(pids)} is no number of processes`, "a whole number, 1 or more");
  if (cpus !== undefined && !(typeof cpus === "number" && Number.isFinite(cpus) && cpus >= 0.01)) refuse(`limits.cpus: ${shown(cpus)} is no number of processors`, "as in 0.5 or 2; 0.01 or more");
}

const MOUNT = { source: true, target: true, isReadOnly: true, isFile: true, mine: true } as const satisfies Record<keyof SandboxMount, true>;

/** Relative sources are the program's; what a source is, it says itself. */
export function checkedMount(request: Request, mount: SandboxMount): SandboxMount {
  if (typeof mount !== "object" || typeof mount.source !== "string" || typeof mount.target !== "string") return refuse(`mounts: ${shown(mount)} is no mount`, 'as in { source: "/srv/data", target: "/data" }');
  onlyKnown("a mount", mount, MOUNT);
  const parts = mount.target.split("/").filter((part) => part !== "");
  if (parts.length === 0 || parts.includes("..")) refuse(`mounts: target ${shown(mount.target)} is no path below the root of the sandbox`, "as in /data");
  const source = resolve(request.cwd, mount.source);
  const found = statSync(source, { throwIfNoEntry: false });
  if (found === undefined) return need(fail({ code: "mount.failed", text: `mounts: there is no '${source}' on this host`, remedy: "make it first" }));
  return { ...mount, source, isFile: mount.isFile ?? !found.isDirectory() };
}

const NETWORK = { bridge: true, egress: true } as const satisfies Record<keyof SandboxNetwork, true>;
export function checkNetwork(network: "none" | SandboxNetwork): void {
  if (network === "none") return;
  if (typeof network !== "object") refuse(`network: ${shown(network)} is no network`, '"none", or as in { bridge: "lxcbr0" }');
  onlyKnown("network", network, NETWORK);
}

const EXEC = { input: true, stdin: true, tty: true, env: true, cwd: true, uid: true, gid: true, signal: true, timeout: true } as const satisfies Record<keyof ExecOptions, true>;
const LAST_ID = 0xffff_fffe;
const isId = (value: unknown): boolean => typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= LAST_ID;
const isText = (value: unknown): value is string => typeof value === "string" && !value.includes("\0");

/** A command as it can be executed. */
export function checkExec(command: readonly string[], options: ExecOptions): void {
  if (!Array.isArray(command) || command.length === 0 || !command.every(isText)) refuse(`${shown(command)} is no command`, 'a list of words, the program first: ["ls", "-l"]; for a line of shell ["sh", "-c", "ls | wc -l"]');
  onlyKnown("exec", options, EXEC);
  const { uid, gid, timeout, input, env = {}, cwd, tty } = options;
  for (const [name, id] of [["uid", uid], ["gid", gid]] as const) if (id !== undefined && !isId(id)) refuse(`${name}: ${shown(id)} is no id`, "a number, as inside");
  if (timeout !== undefined && !(typeof timeout === "number" && timeout > 0)) refuse(`timeout: ${shown(timeout)} is no time`, "milliseconds, more than 0");
  if (input !== undefined && typeof input !== "string" && !(input instanceof Uint8Array)) refuse(`input: it is neither text nor bytes`, 'a stream is written to `stdin`, with stdin: "pipe"');
  for (const [name, value] of Object.entries(env)) if (!/^[^=\0]+$/.test(name) || !isText(value)) refuse(`env: ${shown(name)} cannot be ${shown(value)}`, "names without =, values that are text");
  if (cwd !== undefined && !isText(cwd)) refuse(`cwd: ${shown(cwd)} is no path`, "a directory inside");
  if (typeof tty === "object") checkSize(tty);
}

const MOST_CHARACTERS = 0xffff;
export function checkSize({ rows, columns }: { readonly rows: number; readonly columns: number }): void {
  for (const [name, size] of [["rows", rows], ["columns", columns]] as const) if (!isCount(size) || size > MOST_CHARACTERS) refuse(`tty: ${shown(size)} is no number of ${name}`, "1 to 65535");
}

export function checkStates(states: readonly State[]): void {
  const unknown = states.find((state) => !STATES.includes(state));
  if (unknown !== undefined || states.length === 0) refuse(`${shown(unknown)} is no state`, `one of ${STATES.join(", ")}`);
}

export function checkSeconds(seconds: number): void {
  if (!(typeof seconds === "number" && seconds >= 0)) refuse(`seconds: ${shown(seconds)} is no time`, "0 or more");
}

/** Asked first: without it nothing else would say what is wrong. */
export function checkEngine(request: Request): void {
  const engine = enginePath(request.prefix);
  if (statSync(engine, { throwIfNoEntry: false }) === undefined) need(fail({ code: "engine.missing", text: `there is no '${engine}'`, remedy: "name the installed tree as `prefix`, or build it: npm run build" }));
}
