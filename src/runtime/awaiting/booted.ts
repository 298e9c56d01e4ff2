// Owns waiting until a container's init says that it has booted: systemd is asked, of other inits the first login prompt is looked for.
import { runPlan } from "../../host/engine/run.ts";
import { enginePath } from "../../host/probe/host-facts.ts";
import { readText } from "../../host/read-text.ts";
import { parseStat } from "../../linux/proc-stat.ts";
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { attach } from "../attach.ts";
import { pause } from "../pause.ts";
import { PLAIN_ATTACH } from "../plain-options.ts";
import type { LiveContainer } from "../running-container.ts";
import type { Target } from "../verbs.ts";

export interface Booted {
  /** What is not there yet; undefined: it has booted. */
  readonly missing?: string;
  readonly warnings: readonly Problem[];
}
interface Awaited { readonly live: LiveContainer; readonly end: AbortSignal; /** Seconds left. */ readonly left: number | undefined }

/** Between two looks at what runs: the kernel tells nobody of a new process but root of the host. */
const LOOK_MS = 100;
/** Programs that are an init, by their name in /proc/PID/comm. Anything else is an application: it has booted when it runs. */
const INITS: ReadonlySet<string> = new Set(["init", "busybox", "linuxrc", "openrc-init", "sinit", "upstart"]);
const PROMPTS = /getty$|^(login|sulogin)$/;
const LONGEST_SECONDS = 86_400;

const commOf = (pid: number): string => (readText(`/proc/${pid}/comm`) ?? "").trim();
const childrenOf = (pid: number): readonly number[] => (readText(`/proc/${pid}/task/${pid}/children`) ?? "").split(" ").filter((word) => word !== "").map(Number);

/** Until its bus is there systemctl fails at once; then it waits for the word that the boot is over. Nobody else may end what runs inside: so it ends by itself. */
const ASK_SYSTEMD = [
  "end=$(($(date +%s) + $1))",
  "while :; do",
  '  left=$((end - $(date +%s))); [ "$left" -gt 0 ] || exit 1',
  '  word=$(timeout "$left" systemctl is-system-running --wait 2>/dev/null)',
  '  case "$word" in running|degraded|maintenance|stopping) echo "$word"; exit;; esac',
  "  sleep 0.1",
  "done",
].join("\n");

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

async function askSystemd(request: Request, target: Target, { end, left }: Awaited): Promise<Booted> {
  const seconds = Math.min(LONGEST_SECONDS, Math.ceil(left ?? LONGEST_SECONDS));
  const plan = await attach({ ...request, cwd: "/" }, target, {
    ...PLAIN_ATTACH, command: ["sh", "-c", ASK_SYSTEMD, "sh", String(seconds)],
  });
  if (!plan.ok) return { missing: `its systemd cannot be asked: ${plan.problems[0]?.text ?? ""}`, warnings: [] };
  let said = "";
  const hear = (bytes: Uint8Array): void => { said = `${said}${Buffer.from(bytes).toString("latin1")}`.slice(-64); };
  await runPlan(plan.value, { engine: enginePath(request.prefix), stdout: hear, stderr: "ignore", abort: end });
  return judge(target, said.trim());
}

/** A getty or a login prompt, or what busybox' init keeps ready for one: a copy of itself that sleeps at a terminal.
 * The copy that sysvinit makes there waits for its boot scripts, its children. */
function isPrompt(pid: number, initName: string): boolean {
  const name = commOf(pid);
  if (PROMPTS.test(name)) return true;
  const stat = name === initName ? parseStat(readText(`/proc/${pid}/stat`) ?? "") : undefined;
  return stat?.state === "S" && stat.terminal !== 0 && childrenOf(pid).length === 0;
}

export async function awaitBooted(request: Request, target: Target, awaited: Awaited): Promise<Booted> {
  const { live: { initPid }, end } = awaited;
  for (;;) {
    const name = commOf(initPid);
    if (name === "systemd") return askSystemd(request, target, awaited);
    if (!INITS.has(name) && name !== "") return { warnings: [] };
    if (childrenOf(initPid).some((pid) => isPrompt(pid, name))) return { warnings: [] };
    if (end.aborted) return { missing: `its init (${name}) has started no login prompt (getty)`, warnings: [] };
    await pause(LOOK_MS, end);
  }
}
