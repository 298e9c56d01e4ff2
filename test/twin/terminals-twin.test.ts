// What lxc.console.* leaves outside, under Debian's lxc and under Berth: log files, their sizes, modes and owners, and the ring buffer.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readText } from "../../src/host/read-text.ts";
import { commandSocket } from "../../src/linux/socket-name.ts";
import { eventually } from "../kernel/place.ts";
import { lendRoot } from "../kernel/users.ts";
import { SIDES, make, run, unmake } from "./sides.ts";
import type { Twin, Which } from "./sides.ts";

const PATIENCE_MS = 120_000;
const work = mkdtempSync(join(tmpdir(), "terminals-twin-"));
/** Where one side puts what it writes; the two names have the same length. */
const folderOf = (which: Which): string => join(work, `logs-${SIDES[which].name}`);
const LINES = 700;
const SAY = `#!/bin/sh
exec > /dev/console
i=0
while [ $i -lt ${LINES} ]; do i=$((i + 1)); echo "$i is a line of the console"; done
echo LAST
echo > /done
exec sleep 1000
`;

const SAID = `${Array.from({ length: LINES }, (_, i) => `${i + 1} is a line of the console\r\n`).join("")}LAST\r\n`;
/** An errno and no bytes: -EFAULT as a rule, and now and then -EPERM of the same container. */
const NO_RING = /^-(?:14|1) $/;

/** Names, modes, owners and contents of what was written. */
type File = readonly [name: string, mode: string, uid: number, gid: number, text: string];
const left = (folder: string): readonly File[] => readdirSync(folder).sort().map((name) => {
  const { mode, uid, gid } = lstatSync(join(folder, name));
  return [name, mode.toString(8), uid, gid, readFileSync(join(folder, name), "latin1")];
});

/** LXC's own request CONSOLE_LOG (11): what is in the ring, read and kept. */
function ring(twin: Twin, which: Which): Promise<string> {
  const request = Buffer.alloc(16 + 24);
  request.writeInt32LE(11, 0);
  request.writeInt32LE(24, 4);
  request.writeUInt8(1, 17);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = createConnection({ path: `\0${commandSocket(twin.lxcpath, SIDES[which].name)}` }, () => socket.write(request));
    socket.on("data", (bytes: Buffer) => {
      chunks.push(bytes);
      const all = Buffer.concat(chunks);
      const length = all.length < 16 ? Number.POSITIVE_INFINITY : all.readInt32LE(4);
      if (all.length < 16 + length) return;
      socket.destroy();
      resolve(`${all.readInt32LE(0)} ${all.subarray(16).toString("latin1")}`);
    });
    socket.on("error", reject);
  });
}

interface Seen { readonly files: readonly File[]; readonly ring: string }

async function see(twin: Twin, which: Which, config: string): Promise<Seen> {
  const folder = folderOf(which);
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  make(twin, which, `lxc.init.cmd = /bin/sh /say\nlxc.net.0.type = empty\n${config.replaceAll("LOGS", folder)}${twin.rootId === 0 ? "" : `lxc.idmap = u 0 ${twin.rootId} 65536\nlxc.idmap = g 0 ${twin.rootId} 65536\n`}`, (rootfs) => writeFileSync(join(rootfs, "say"), SAY));
  const ran = run(twin, which, "lxc-start");
  expect({ which, status: ran.status, err: ran.status === 0 ? "" : ran.err }).toEqual({ which, status: 0, err: "" });
  while (!existsSync(join(twin.lxcpath, SIDES[which].name, "rootfs/done"))) await Bun.sleep(20);
  // what the container has written the monitor may not have read yet, and one that is rotated is not there for a moment; of a log that LXC cuts the last line may be lost
  while (!(which === "theirs" && isSized(config)) && readText(join(folder, "log"))?.endsWith("LAST\r\n") !== true) await Bun.sleep(20);
  const inRing = await ring(twin, which);
  expect(run(twin, which, "lxc-stop", ["-k"]).status).toBe(0);
  return { files: left(folder), ring: inRing };
}

const CASES: readonly (readonly [string, string])[] = [
  ["a log", "lxc.console.logfile = LOGS/log\n"],
  ["a log of a page, which begins anew", "lxc.console.logfile = LOGS/log\nlxc.console.size = 4KB\n"],
  ["a log that is rotated", "lxc.console.logfile = LOGS/log\nlxc.console.size = 8KB\nlxc.console.rotate = 1\n"],
  ["rotate without a size", "lxc.console.logfile = LOGS/log\nlxc.console.rotate = 1\n"],
  ["a ring larger than what is said", "lxc.console.logfile = LOGS/log\nlxc.console.buffer.size = 128KB\n"],
  ["a ring that overflows", "lxc.console.logfile = LOGS/log\nlxc.console.buffer.size = 4KB\n"],
  ["ring and log of the same size", "lxc.console.logfile = LOGS/log\nlxc.console.buffer.size = 4KB\nlxc.console.size = 4KB\n"],
];

const isSized = (config: string): boolean => config.includes("console.size");
/** LXC cuts what it writes at the bound, and loses or doubles bytes there: only what is beside the text is compared. */
const shapeOf = ({ files }: Seen): readonly unknown[] => files.map(([name, mode, uid, gid]) => [name, mode, uid, gid]);
/** Ours, old log and new, are the end of what was said, and none is larger than the bound. */
function wholeLines({ files }: Seen, config: string): void {
  const bound = Number(/console\.size = (\d+)KB/.exec(config)?.[1]) * 1024;
  const text = files.toSorted(([a], [b]) => (a < b ? 1 : -1)).map(([, , , , part]) => part).join("");
  expect([text.endsWith("LAST\r\n"), SAID.endsWith(text), files.every(([, , , , part]) => part.length <= bound)]).toEqual([true, true, true]);
}

/** The last of what was said, as much as the ring holds. LXC's gives up more when it overflows, and who asks it for its last line knows that from a log that is not cut. */
function sameRing(theirs: string, ours: string, config: string): void {
  const size = Number(/buffer\.size = (\d+)KB/.exec(config)?.[1]) * 1024;
  expect([SAID.endsWith(ours), ours.length]).toEqual([true, Math.min(size, SAID.length)]);
  expect(theirs.length).toBeGreaterThan(0);
  expect(theirs.length).toBeLessThanOrEqual(size);
  expect(isSized(config) || SAID.endsWith(theirs)).toBe(true);
}

function compare(rootId: number, title: string): void {
  test.each(CASES)("%s", async (_name, config) => {
    const twin: Twin = { lxcpath: join(work, title), rootId };
    try {
      const [theirs, ours] = [await see(twin, "theirs", config), await see(twin, "ours", config)];
      if (isSized(config)) { expect(shapeOf(ours)).toEqual(shapeOf(theirs)); wholeLines(ours, config); } else expect(ours.files).toEqual(theirs.files);
      // without lxc.console.buffer.size LXC keeps nothing
      if (config.includes("buffer.size")) sameRing(theirs.ring.slice(2), ours.ring.slice(2), config);
      else expect([NO_RING.test(theirs.ring) ? "no ring" : theirs.ring, SAID.endsWith(ours.ring.slice(2)), ours.ring.length > 2000]).toEqual(["no ring", true, true]);
    } finally {
      unmake(twin);
      for (const which of ["theirs", "ours"] as const) rmSync(folderOf(which), { recursive: true, force: true });
    }
  }, PATIENCE_MS);
}

const TALK = `#!/bin/sh
exec < /dev/console > /dev/console 2>&1
echo "size $(/bin/busybox stty size)"
read line
echo "<$line>"
exec sleep 1000
`;

/** A terminal of the host that nobody is at, as lxc.console.path: what it shows, and what becomes of keys. */
async function atTerminal(twin: Twin, which: Which): Promise<string> {
  let shown = "";
  const terminal = new Bun.Terminal({ cols: 91, rows: 37, data: (_, bytes) => { shown += Buffer.from(bytes).toString(); } });
  const holder = Bun.spawn(["sh", "-c", "stty -echo; tty; exec sleep 1000"], { terminal });
  try {
    await eventually("the terminal has a name", () => /\/dev\/pts\/\d+\r\n/.test(shown));
    const path = /\/dev\/pts\/\d+/.exec(shown)?.[0] ?? "";
    make(twin, which, `lxc.init.cmd = /bin/sh /talk\nlxc.net.0.type = empty\nlxc.console.path = ${path}\n${twin.rootId === 0 ? "" : `lxc.idmap = u 0 ${twin.rootId} 65536\nlxc.idmap = g 0 ${twin.rootId} 65536\n`}`, (rootfs) => writeFileSync(join(rootfs, "talk"), TALK));
    expect(run(twin, which, "lxc-start").status).toBe(0);
    await eventually("the console has spoken", () => shown.includes("size"));
    terminal.write("typed\r");
    await eventually("the console has heard", () => shown.includes("<typed>"));
    const inside = run(twin, which, "lxc-info", ["-pH"]).out.trim();
    const { mode, uid } = lstatSync(`/proc/${inside}/root/dev/console`);
    expect([(mode & 0o777 & ~0o100).toString(8), uid]).toEqual([which === "theirs" ? "620" : "600", twin.rootId]);
    run(twin, which, "lxc-stop", ["-k"]);
    return shown.slice(shown.indexOf("size")).replace(/\r+\n/g, "\n"); // LXC leaves the terminal as it is, which then says each carriage return twice
  } finally {
    holder.kill("SIGKILL");
    await holder.exited;
    terminal.close();
  }
}

function compareAtTerminal(rootId: number, title: string): void {
  test("lxc.console.path is a terminal of the host", async () => {
    const twin: Twin = { lxcpath: join(work, title), rootId };
    try {
      const theirs = await atTerminal(twin, "theirs");
      expect(await atTerminal(twin, "ours")).toBe(theirs);
    } finally {
      unmake(twin);
    }
  }, PATIENCE_MS);
}

beforeAll(() => chmodSync(work, 0o755));
describe("privileged", () => { compare(0, "p"); compareAtTerminal(0, "p"); });
describe("root-owned", () => {
  let giveBack = (): void => {};
  beforeAll(() => { giveBack = lendRoot("100000:65536"); });
  afterAll(() => giveBack());
  compare(100000, "r");
  compareAtTerminal(100000, "r");
});
afterAll(() => rmSync(work, { recursive: true, force: true }));
