// How a container ends, under Debian's lxc and under Berth: which signal its init gets for what, what it does to itself,
// what follows when its monitor is killed, and the states that lxc-monitor tells meanwhile.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../kernel/place.ts";
import { delegate, lendRoot, makeUser, removeUser } from "../kernel/users.ts";
import type { User } from "../kernel/users.ts";
import { SIDES, make, run, unmake } from "./sides.ts";
import type { Twin, Which } from "./sides.ts";

const PATIENCE_MS = 120_000;
const work = mkdtempSync(join(tmpdir(), "ends-twin-"));

/** Notes each signal in a file of its root; USR2 and INT reboot, the others end it. */
const INIT = `#!/bin/sh
for name in HUP USR1 PWR TERM QUIT WINCH; do trap "echo $name >> /heard; exit 3" $name; done
for name in USR2 INT; do trap "echo $name >> /heard; exec /bin/busybox reboot -f" $name; done
echo begin >> /heard
while :; do /bin/busybox usleep 20000; done
`;
const rootfsOf = (twin: Twin, which: Which): string => join(twin.lxcpath, SIDES[which].name, "rootfs");
const heard = (twin: Twin, which: Which): readonly string[] => { const file = join(rootfsOf(twin, which), "heard"); return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []; };
const state = (twin: Twin, which: Which): string => run(twin, which, "lxc-info", ["-sH"]).out.trim();
const pidOf = (twin: Twin, which: Which): number => Number(run(twin, which, "lxc-info", ["-pH"]).out.trim());
const parentOf = (pid: number): number => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

async function begin(twin: Twin, which: Which, config: string): Promise<number> {
  make(twin, which, `lxc.init.cmd = /bin/sh /init\nlxc.net.0.type = empty\nlxc.mount.auto = proc:mixed\n${config}${twin.rootId === 0 ? "" : `lxc.idmap = u 0 ${twin.rootId} 65536\nlxc.idmap = g 0 ${twin.rootId} 65536\n`}`, (rootfs) => { writeFileSync(join(rootfs, "init"), INIT); chmodSync(rootfs, 0o777); });
  const ran = run(twin, which, "lxc-start");
  expect({ which, status: ran.status, err: ran.status === 0 ? "" : ran.err }).toEqual({ which, status: 0, err: "" });
  await eventually("init has begun", () => heard(twin, which).length === 1);
  return pidOf(twin, which);
}

/** lxc-monitor of one side, from when it listens. */
class Monitor {
  readonly #child;
  #said = "";
  constructor(twin: Twin, which: Which) {
    const { folder, name } = SIDES[which];
    this.#child = spawn(join(folder, "lxc-monitor"), ["-P", twin.lxcpath, "-n", name], { stdio: ["ignore", "pipe", "ignore"] });
    this.#child.stdout.on("data", (bytes: Buffer) => { this.#said += bytes.toString(); });
  }
  get states(): readonly string[] { return [...this.#said.matchAll(/changed state to \[(\w+)\]/g)].map(([, word = ""]) => word); }
  close(): void { this.#child.kill("SIGKILL"); }
}

async function both<T>(twin: Twin, one: (which: Which) => Promise<T>): Promise<void> {
  try {
    const theirs = await one("theirs");
    expect(await one("ours")).toEqual(theirs);
  } finally {
    unmake(twin);
  }
}

/** What lxc-stop says, what init heard, what becomes of it. */
const stopped = (words: readonly string[], config = "") => async (twin: Twin, which: Which): Promise<unknown> => {
  await begin(twin, which, config);
  const { status } = run(twin, which, "lxc-stop", words);
  return { status, heard: heard(twin, which), state: state(twin, which) };
};
/** The same of what brings a new init. */
const rebooted = (act: (twin: Twin, which: Which) => number | null, config = "") => async (twin: Twin, which: Which): Promise<unknown> => {
  const before = await begin(twin, which, config);
  const status = act(twin, which);
  await eventually("it has begun anew", () => heard(twin, which).filter((word) => word === "begin").length === 2 && state(twin, which) === "RUNNING");
  return { status, heard: heard(twin, which), isAnother: pidOf(twin, which) !== before };
};
const fromInside = (...command: readonly string[]) => async (twin: Twin, which: Which): Promise<unknown> => {
  await begin(twin, which, "");
  run(twin, which, "lxc-attach", ["--", "/bin/busybox", ...command]);
  await eventually("it has stopped", () => state(twin, which) === "STOPPED");
  return heard(twin, which);
};

const CASES: readonly (readonly [string, (twin: Twin, which: Which) => Promise<unknown>, unknown])[] = [
  ["lxc-stop: SIGPWR", stopped([]), { status: 0, heard: ["begin", "PWR"], state: "STOPPED" }],
  ["lxc.signal.halt", stopped([], "lxc.signal.halt = SIGUSR1\n"), { status: 0, heard: ["begin", "USR1"], state: "STOPPED" }],
  ["lxc.signal.halt as a number", stopped(["-t", "30"], "lxc.signal.halt = 15\n"), { status: 0, heard: ["begin", "TERM"], state: "STOPPED" }],
  ["lxc-stop -k: SIGKILL", stopped(["-k"]), { status: 0, heard: ["begin"], state: "STOPPED" }],
  ["lxc.signal.stop", stopped(["-k"], "lxc.signal.stop = SIGQUIT\n"), { status: 0, heard: ["begin", "QUIT"], state: "STOPPED" }],
  ["a halt signal that init does not know: killed when the time is over", stopped(["-t", "1"], "lxc.signal.halt = SIGURG\n"), { status: 0, heard: ["begin"], state: "STOPPED" }],
  ["lxc-stop -r: SIGINT", rebooted((twin, which) => run(twin, which, "lxc-stop", ["-r", "-t", "30"]).status), { status: 0, heard: ["begin", "INT", "begin"], isAnother: true }],
  ["lxc.signal.reboot", rebooted((twin, which) => run(twin, which, "lxc-stop", ["-r", "-t", "30"]).status, "lxc.signal.reboot = SIGUSR2\n"), { status: 0, heard: ["begin", "USR2", "begin"], isAnother: true }],
  ["reboot from inside", rebooted((twin, which) => { run(twin, which, "lxc-attach", ["--", "/bin/busybox", "reboot", "-f"]); return 0; }), { status: 0, heard: ["begin", "begin"], isAnother: true }],
  ["shutdown from inside", fromInside("poweroff", "-f"), ["begin"]],
  ["halt from inside", fromInside("halt", "-f"), ["begin"]],
];

/** Each way to end once: what a kind of container could make a difference to. */
const WAYS = CASES.filter(([name]) => ["lxc.signal.halt", "lxc-stop -k: SIGKILL", "lxc.signal.reboot", "reboot from inside", "shutdown from inside"].includes(name));

/** What a monitor that was killed leaves: ours is cleaned by the next command. */
function sweep(places: readonly string[]): void {
  const remove = (path: string): void => {
    for (const entry of existsSync(path) ? readdirSync(path, { withFileTypes: true }) : []) if (entry.isDirectory()) remove(join(path, entry.name));
    if (existsSync(path)) rmdirSync(path);
  };
  for (const place of places) remove(place);
}
const MOUNTS = readFileSync("/proc/self/mountinfo", "utf8").split("\n").map((line) => line.split(" ")).filter((words) => words.includes("cgroup") || words.includes("cgroup2")).map((words) => words[4] ?? "");
const cgroupsNamed = (name: string): readonly string[] => MOUNTS.flatMap((mount) => readdirSync(mount).filter((entry) => entry.endsWith(`.${name}`)).map((entry) => join(mount, entry)));

/** The monitor is killed: the signal that init gets, and whether it lives on. */
const orphaned = (config: string) => async (twin: Twin, which: Which): Promise<unknown> => {
  const init = await begin(twin, which, config);
  process.kill(parentOf(init), "SIGKILL");
  await eventually("init has heard of it", () => !isAlive(init));
  const seen = heard(twin, which);
  run(twin, which, "lxc-info");
  if (which === "theirs") sweep(cgroupsNamed(SIDES.theirs.name));
  return seen;
};
const monitorSees = (config: string) => async (twin: Twin, which: Which): Promise<unknown> => {
  const init = await begin(twin, which, config);
  const isOwn = readlinkSync(`/proc/${parentOf(init)}/ns/mnt`) !== readlinkSync("/proc/self/ns/mnt");
  run(twin, which, "lxc-stop", ["-k"]);
  return isOwn;
};

const MONITORS: typeof CASES = [
  ["lxc.monitor.unshare = 0", monitorSees(""), false],
  ["lxc.monitor.unshare = 1", monitorSees("lxc.monitor.unshare = 1\n"), true],
  ["lxc.monitor.signal.pdeath unset: SIGKILL", orphaned(""), ["begin"]],
  ["lxc.monitor.signal.pdeath", orphaned("lxc.monitor.signal.pdeath = SIGUSR1\n"), ["begin", "USR1"]],
];

/** Of a whole life, from its start on; LXC's freezing is told by the monitor and by the client, so twice. */
async function statesOf(twin: Twin, which: Which): Promise<readonly string[]> {
  await begin(twin, which, "");
  const monitor = new Monitor(twin, which);
  const act = async (command: string, words: readonly string[], last: string): Promise<void> => {
    const before = monitor.states.length;
    run(twin, which, command, words);
    await eventually(`${which} ${command} ends in ${last}: ${monitor.states.join(" ")}`, () => monitor.states.slice(before).at(-1) === last);
  };
  try {
    await eventually("the monitor hears", () => { run(twin, which, "lxc-freeze"); run(twin, which, "lxc-unfreeze"); return monitor.states.length > 0; });
    await act("lxc-stop", ["-k"], "STOPPED");
    await act("lxc-start", [], "RUNNING");
    await act("lxc-freeze", [], "FROZEN");
    await act("lxc-unfreeze", [], "RUNNING");
    await act("lxc-stop", [], "STOPPED");
    const life = monitor.states.slice(monitor.states.lastIndexOf("STARTING"));
    return life.filter((one, at) => one !== life[at - 1]);
  } finally {
    monitor.close();
    if (which === "theirs") run(twin, which, "lxc-monitor", ["-Q"]);
  }
}

function compare(twinOf: () => Twin, cases: typeof CASES): void {
  test.each(cases)("%s", async (_name, one, expected) => {
    const twin = twinOf();
    await both(twin, async (which) => { const seen = await one(twin, which); expect([which, seen]).toEqual([which, expected]); return seen; });
  }, PATIENCE_MS);
}
const tellsStates = (twinOf: () => Twin): void => test("the states that lxc-monitor tells", () => both(twinOf(), (which) => statesOf(twinOf(), which)), PATIENCE_MS);

beforeAll(() => chmodSync(work, 0o755));
describe("privileged", () => {
  const twinOf = (): Twin => ({ lxcpath: join(work, "p"), rootId: 0 });
  compare(twinOf, [...CASES, ...MONITORS]);
  tellsStates(twinOf);
});
describe("root-owned", () => {
  let giveBack = (): void => {};
  beforeAll(() => { giveBack = lendRoot("100000:65536"); });
  afterAll(() => giveBack());
  compare(() => ({ lxcpath: join(work, "r"), rootId: 100000 }), [...WAYS, ...MONITORS]);
});
describe("user-owned", () => {
  let user: User | undefined;
  beforeAll(() => {
    user = makeUser(`bt${process.pid.toString(36)}en`, { subuid: ["300000:65536"], subgid: ["300000:65536"] });
    delegate(user);
  });
  afterAll(() => { if (user !== undefined) removeUser(user); });
  const twinOf = (): Twin => ({ lxcpath: join(work, "u"), rootId: 300000, ...(user === undefined ? {} : { user }) });
  // an ordinary user's LXC may not unshare its monitor's mounts: it does not start
  compare(twinOf, [...CASES, ...MONITORS.filter(([name]) => name !== "lxc.monitor.unshare = 1")]);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));
