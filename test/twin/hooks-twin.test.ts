// Every hook of a start, an end and a destroy, under Debian's lxc and under Berth, in both versions:
// the same order, the same arguments, the same environment.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lendRoot } from "../kernel/users.ts";
import { SIDES, make, run, unmake } from "./sides.ts";
import type { Twin, Which } from "./sides.ts";

const PATIENCE_MS = 120_000;
const work = mkdtempSync(join(tmpdir(), "hooks-twin-"));

/** Writes beside itself which hook it is, its arguments, the namespaces that are not the host's, and the environment as the kernel has it. */
const HOOK = `#!/bin/sh
folder="\${0%/*}" kind="\${LXC_HOOK_TYPE:-$3}"
{ for word; do echo "=ARG $word"; done
while read -r name link; do [ "$(/bin/busybox readlink "/proc/self/ns/$name")" = "$link" ] || echo "=ARG own $name"; done < "$folder/host"; cat /proc/self/environ; echo; } > "$folder/call.$kind"
echo "$kind" >> "$folder/order"
`;
const NAMESPACES = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"];
const ON_HOST = ["pre-start", "pre-mount", "mount", "autodev", "start-host", "stop", "post-stop", "destroy"] as const;
const folderOf = (which: Which): string => join(work, `hooks-${SIDES[which].name}`);
const configOf = (which: Which, version: number): string => [
  `lxc.hook.version = ${version}`, "lxc.init.cmd = /bin/sleep 1000", `lxc.rootfs.mount = ${join(work, "mounted")}`, "lxc.mount.auto = proc:mixed",
  `lxc.console.logfile = ${join(folderOf(which), "console")}`, "lxc.environment = INSIDE=two words",
  `lxc.mount.entry = ${folderOf(which)} mnt none bind 0 0`, "lxc.net.0.type = empty", `lxc.net.0.script.up = ${folderOf(which)}/hook`, `lxc.net.0.script.down = ${folderOf(which)}/hook`,
  ...ON_HOST.map((name) => `lxc.hook.${name} = ${folderOf(which)}/hook`), "lxc.hook.start = /mnt/hook", "",
].join("\n");

interface Call { readonly words: readonly string[]; readonly env: readonly string[] }
interface Calls { readonly order: readonly string[]; readonly calls: Readonly<Record<string, Call>> }
/** What a shell sets for itself. */
const OF_THE_SHELL = /^(PWD|OLDPWD|SHLVL|_)=/;

function callOf(which: Which, kind: string): Call {
  // the two sides' names have the same length; process ids and descriptors are numbers of no meaning
  const told = readFileSync(join(folderOf(which), `call.${kind}`), "utf8").replaceAll(SIDES[which].name, "NAME").replace(/(LXC_PID=|\/proc\/|\/fd\/)\d+/g, "$1N");
  const lines = told.split("\n");
  const isWord = (line: string): boolean => line.startsWith("=ARG ");
  const entries = lines.filter((line) => !isWord(line)).flatMap((line) => line.split("\0"));
  return { words: lines.filter(isWord).map((line) => line.slice("=ARG ".length)), env: entries.filter((entry) => entry !== "" && !OF_THE_SHELL.test(entry)).sort() };
}

const orderOf = (which: Which): readonly string[] => readFileSync(join(folderOf(which), "order"), "utf8").split("\n").filter((kind) => kind !== "");
const callsOf = (which: Which): Calls => ({ order: orderOf(which), calls: Object.fromEntries(orderOf(which).map((kind) => [kind, callOf(which, kind)])) });

/** What differs, as docs/differences.md says: each must be there, or this fails. */
function withoutDifferences({ order, calls }: Calls, which: Which): Calls {
  const { up, down, ...others } = calls;
  expect(down === undefined).toBe(which === "theirs");
  const isLeftOut = (kind: string, entry: string): boolean => (which === "theirs"
    ? (kind === "post-stop" && /^LXC_[A-Z]+_NS=/.test(entry)) || (kind !== "up" && entry.startsWith("LXC_NET_TYPE="))
    : kind === "destroy" && /^LXC_(CGNS_AWARE|HOOK_VERSION|LOG_LEVEL)=/.test(entry));
  const same = Object.entries({ up, ...others }).map(([kind, call]) => [kind, { words: call?.words, env: call?.env.filter((entry) => !isLeftOut(kind, entry)) }]);
  return { order: order.filter((kind) => kind !== "down"), calls: Object.fromEntries(same) };
}

async function allCalls(twin: Twin, which: Which, version: number): Promise<Calls> {
  mkdirSync(folderOf(which));
  for (const [name, text] of [["hook", HOOK], ["order", ""], ["console", ""], ["host", NAMESPACES.map((name) => `${name} ${readlinkSync(`/proc/self/ns/${name}`)}\n`).join("")]] as const) { writeFileSync(join(folderOf(which), name), text); chmodSync(join(folderOf(which), name), 0o777); }
  chmodSync(folderOf(which), 0o777);
  make(twin, which, `${configOf(which, version)}${twin.rootId === 0 ? "" : `lxc.idmap = u 0 ${twin.rootId} 65536\nlxc.idmap = g 0 ${twin.rootId} 65536\n`}`);
  for (const [command, words] of [["lxc-start", []], ["lxc-stop", ["-k"]]] as const) {
    const ran = run(twin, which, command, words);
    expect({ which, command, status: ran.status, err: ran.status === 0 ? "" : ran.err }).toEqual({ which, command, status: 0, err: "" });
  }
  while (!orderOf(which).includes("post-stop")) await Bun.sleep(20); // LXC says STOPPED before the last hook has run
  expect(run(twin, which, "lxc-destroy").status).toBe(0);
  return callsOf(which);
}

function compare(rootId: number, title: string): void {
  test.each([0, 1])("version %d", async (version) => {
    const twin: Twin = { lxcpath: join(work, title), rootId };
    try {
      const theirs = await allCalls(twin, "theirs", version);
      expect(theirs.order).toEqual(["pre-start", "up", "pre-mount", "mount", "autodev", "start", "start-host", "stop", "post-stop", "destroy"]);
      const ours = await allCalls(twin, "ours", version);
      expect(withoutDifferences(ours, "ours")).toEqual(withoutDifferences(theirs, "theirs"));
    } finally {
      unmake(twin);
      for (const which of ["theirs", "ours"] as const) rmSync(folderOf(which), { recursive: true, force: true });
    }
  }, PATIENCE_MS);
}

beforeAll(() => { chmodSync(work, 0o755); mkdirSync(join(work, "mounted")); });
describe("privileged", () => compare(0, "p"));
describe("root-owned", () => {
  let giveBack = (): void => {};
  beforeAll(() => { giveBack = lendRoot("100000:65536"); });
  afterAll(() => giveBack());
  compare(100000, "r");
});
afterAll(() => rmSync(work, { recursive: true, force: true }));
