// Owns waiting until a container's init says that it has booted: systemd is asked, of other inits the first login prompt is looked for.
import { readlinkSync } from "node:fs";
import { readText } from "../../host/read-text.ts";
import { parseStat } from "../../linux/proc-stat.ts";
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { LiveContainer } from "../running-container.ts";
import type { Target } from "../verbs.ts";
import { hearInside } from "./hear-inside.ts";
import { awaitPromptless } from "./promptless.ts";
import { Stirring } from "./stirring.ts";

export interface Booted {
  /** What is not there yet; undefined: it has booted. */
  readonly missing?: string;
  readonly warnings: readonly Problem[];
}
interface Awaited { readonly live: LiveContainer; readonly end: AbortSignal; /** Seconds left. */ readonly left: number | undefined }

/** The kernel tells nobody but root of the host of a new process. But a prompt opens its terminal, and what is executed is opened, and looks for its libraries. */
const STIRRED: readonly string[] = ["/dev/pts", "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/etc"];
/** systemd reads its units once /run is mounted, and makes the socket /run/systemd/private when it can be asked. */
const SYSTEMD_STIRRED: readonly string[] = ["/run", "/run/systemd", "/usr/lib/systemd", "/lib/systemd", "/etc/systemd"];
/** Programs that are an init, by their name in /proc/PID/comm. Anything else is an application: it has booted when it runs. */
const INITS: ReadonlySet<string> = new Set(["init", "busybox", "linuxrc", "openrc-init", "sinit", "upstart"]);
const PROMPTS = /getty$|^(login|sulogin)$/;
const LONGEST_SECONDS = 86_400;

const commOf = (pid: number): string => (readText(`/proc/${pid}/comm`) ?? "").trim();
/** A script is called as its file is, wherever that is mounted: what is executed is its shell. Where the kernel does not say, the name counts. */
function isSystemd(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "").endsWith("/systemd");
  } catch {
    return commOf(pid) === "systemd";
  }
}
const childrenOf = (pid: number): readonly number[] => (readText(`/proc/${pid}/task/${pid}/children`) ?? "").split(" ").filter((word) => word !== "").map(Number);

/** Fails at once before its bus is there; then it waits for the word that the boot is over. Nobody else may end what runs inside: so it ends by itself. */
const ASK_SYSTEMD = 'timeout "$1" systemctl is-system-running --wait 2>/dev/null';
const LAST_WORDS: ReadonlySet<string> = new Set(["running", "degraded", "maintenance", "stopping"]);

const degraded = ({ name }: Target): Problem => ({
  code: "unsupported", severity: "warning", text: `${name} has booted, but its systemd says "degraded"`, cause: "some of its services have failed", remedy: `lxc-attach ${name} -- systemctl --failed`,
});

function judge(target: Target, word: string): Booted {
  switch (word) {
    case "running": return { warnings: [] };
    case "degraded": return { warnings: [degraded(target)] };
    case "": return { missing: "its systemd has not said that the boot is over", warnings: [] };
    default: return { missing: `its systemd says "${word}"`, warnings: [] };
  }
}

const unheard = (why: string): Booted => ({ missing: `what happens in it cannot be watched (${why})`, warnings: [] });

interface Asked { readonly word: string; readonly problem?: Problem }
async function askOnce(request: Request, target: Target, { end, left }: { readonly end: AbortSignal; readonly left: number }): Promise<Asked> {
  const said = await hearInside(request, target, { command: ["sh", "-c", ASK_SYSTEMD, "sh", String(Math.min(LONGEST_SECONDS, Math.ceil(left)))], most: 64, end });
  if (!said.ok) return { word: "", ...(said.problems[0] === undefined ? {} : { problem: said.problems[0] }) };
  return { word: said.value.trim() };
}

/** Asked anew whenever something has happened, until it answers. What is mounted meanwhile hides what was watched: so the watch begins anew, too. */
async function askSystemd(request: Request, target: Target, { live, end, left = LONGEST_SECONDS }: Awaited): Promise<Booted> {
  const limit = performance.now() + left * 1000;
  for (;;) {
    const stirring = new Stirring({ request, target, live, end }, SYSTEMD_STIRRED);
    await stirring.next();
    const { word, problem } = await askOnce(request, target, { end, left: Math.max(0, limit - performance.now()) / 1000 });
    if (problem !== undefined) return { missing: `its systemd cannot be asked: ${problem.text}`, warnings: [] };
    const isOver = LAST_WORDS.has(word) || end.aborted;
    if (!isOver && stirring.deaf === undefined) await stirring.next();
    stirring.stop();
    if (isOver || end.aborted) return judge(target, word);
    if (stirring.deaf !== undefined) return unheard(stirring.deaf);
  }
}

/** A getty or a login prompt, or what busybox' init keeps ready for one: a copy of itself that sleeps at a terminal.
 * The copy that sysvinit makes there waits for its boot scripts, its children. */
function isPrompt(pid: number, initName: string): boolean {
  const name = commOf(pid);
  if (PROMPTS.test(name)) return true;
  const stat = name === initName ? parseStat(readText(`/proc/${pid}/stat`) ?? "") : undefined;
  return stat?.state === "S" && stat.terminal !== 0 && childrenOf(pid).length === 0;
}

async function awaitPrompt(request: Request, target: Target, awaited: Awaited, stirring: Stirring): Promise<Booted> {
  const { live: { initPid }, end } = awaited;
  for (let isRead = false; ;) {
    const name = commOf(initPid);
    if (name === "systemd" && isSystemd(initPid)) return askSystemd(request, target, awaited);
    if (!INITS.has(name) && name !== "") return { warnings: [] };
    if (childrenOf(initPid).some((pid) => isPrompt(pid, name))) return { warnings: [] };
    if (end.aborted) return { missing: `its init (${name}) has started no login prompt (getty)`, warnings: [] };
    if (stirring.deaf !== undefined) return unheard(stirring.deaf);
    await stirring.next();
    if (!isRead && commOf(initPid) === name && await awaitPromptless(request, target, { pid: initPid, name, children: () => childrenOf(initPid) }, end)) return { warnings: [] };
    isRead = true;
  }
}

export async function awaitBooted(request: Request, target: Target, awaited: Awaited): Promise<Booted> {
  const stirring = new Stirring({ request, target, live: awaited.live, end: awaited.end }, STIRRED);
  try {
    return await awaitPrompt(request, target, awaited, stirring);
  } finally {
    stirring.stop();
  }
}
