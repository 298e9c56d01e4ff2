// Owns one emulated machine: QEMU, the connection to its monitor, and ssh to what runs in it. Booted once for each kind and
// saved; each run restores that state, and nothing of what it does stays.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../step.ts";
import type { Ended } from "../step.ts";
import { imageDir, must } from "./image.ts";
import type { Kind } from "./layouts.ts";
import { kernelLine, nameOf } from "./layouts.ts";

/** The second disk is a tar archive; always the same size, as the saved machine knows it. */
const PARCEL_BYTES = 1 << 30;
const BOOT_SECONDS = 600;
const WARM_SECONDS = 420;
const ANSWER_SECONDS = 60;
const MEMORY = "1024";

export interface Machine {
  /** Runs a line of shell there, as root. */
  readonly shell: (line: string, limit: number, onTick?: (seconds: number) => void) => Promise<Ended>;
  readonly stop: () => Promise<void>;
}

interface Start { readonly kind: Kind; readonly qemu: readonly string[]; /** A tar archive. */ readonly parcel?: string }
interface Running { readonly child: ChildProcess; readonly room: string; readonly disk: string; readonly port: number; readonly directory: string }

const stateFile = (kind: Kind): string => join(imageDir(kind.suite), `${kind.layout}.state`);
const savedDisk = (kind: Kind): string => join(imageDir(kind.suite), `${kind.layout}.qcow2`);
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

const freePort = (): Promise<number> => new Promise((resolve, reject) => {
  const server = createServer().once("error", reject).listen(0, "127.0.0.1", () => {
    const address = server.address();
    server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
  });
});

function qemuArgs(kind: Kind, { room, disk, port, directory }: Omit<Running, "child">): string[] {
  return [
    "-M", "q35,hpet=off,vmport=off,graphics=off,smm=off,sata=off,smbus=off", "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max,-svm,-la57,-pks", "-smp", "2", "-m", MEMORY,
    "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", `file:${room}/console`, "-rtc", "base=utc,clock=host",
    "-kernel", join(directory, "vmlinux"), "-initrd", join(directory, "initrd"), "-append", kernelLine(kind),
    "-drive", `if=none,id=d0,file=${disk},format=qcow2,cache=unsafe,discard=unmap`, "-device", "virtio-blk-pci,drive=d0",
    "-drive", `if=none,id=d1,file=${room}/parcel,format=raw,readonly=on`, "-device", "virtio-blk-pci,drive=d1",
    "-object", "rng-random,id=r0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=r0",
    "-netdev", `user,id=n0,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:22`, "-device", "virtio-net-pci,netdev=n0,mac=52:54:00:12:34:56,romfile=",
    "-qmp", `unix:${room}/monitor,server=on,wait=off`,
  ];
}

/** One command to QEMU's monitor, and its answer. */
async function ask(room: string, ...commands: readonly object[]): Promise<string> {
  const socket = await new Promise<Socket>((resolve, reject) => { const made = connect(join(room, "monitor"), () => resolve(made)).once("error", reject); });
  let text = "";
  let lines = 0;
  const heard = new Promise<void>((resolve) => {
    socket.on("close", () => resolve());
    socket.on("data", (bytes) => {
      text += bytes.toString();
      lines = text.split("\n").filter((line) => line.startsWith('{"return"') || line.startsWith('{"error"')).length;
      if (lines > commands.length) resolve();
    });
  });
  for (const command of [{ execute: "qmp_capabilities" }, ...commands]) socket.write(`${JSON.stringify(command)}\n`);
  const late = setTimeout(() => socket.destroy(), ANSWER_SECONDS * 1000);
  await heard;
  clearTimeout(late);
  socket.destroy();
  return text;
}

async function untilTrue(what: string, seconds: number, isTrue: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!await isTrue()) {
    if (performance.now() > end) throw new Error(`the machine: ${what} did not come true in ${seconds} s`);
    await pause(50);
  }
}

const sshOf = ({ directory, port }: Running): string[] => ["ssh", "-q", "-F", "none", "-i", join(directory, "key"), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes",
  "-o", "ConnectTimeout=60", "-o", "ServerAliveInterval=30", "-o", "GSSAPIAuthentication=no", "-o", "KexAlgorithms=curve25519-sha256", "-o", "Ciphers=chacha20-poly1305@openssh.com", "-p", String(port), "root@127.0.0.1"];

async function launch({ kind, qemu, parcel }: Start, from: "disk" | "state"): Promise<Running> {
  const room = mkdtempSync(join(tmpdir(), "berth-system-"));
  const directory = imageDir(kind.suite);
  const disk = join(room, "disk.qcow2");
  await must(["qemu-img", "create", "-q", "-f", "qcow2", "-b", from === "state" ? savedDisk(kind) : join(directory, "disk.qcow2"), "-F", "qcow2", disk], "making a layer over the disk");
  if (parcel === undefined) writeFileSync(join(room, "parcel"), "");
  else await must(["cp", "--sparse=always", parcel, join(room, "parcel")], "copying what goes into the machine");
  truncateSync(join(room, "parcel"), PARCEL_BYTES);
  const port = await freePort();
  const incoming = from === "state" ? ["-incoming", `exec:zstd -qdc '${stateFile(kind)}'`] : [];
  const log = openSync(join(room, "qemu.log"), "w");
  const [program = "", ...words] = qemu;
  const child = spawn(program, [...words, ...qemuArgs(kind, { room, disk, port, directory }), ...incoming], { stdio: ["ignore", log, log] });
  closeSync(log);
  process.once("exit", () => { child.kill("SIGKILL"); rmSync(room, { recursive: true, force: true }); });
  const running = { child, room, disk, port, directory };
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  try {
    await untilTrue("its monitor", 20, () => Promise.resolve(existsSync(join(room, "monitor")) || isOver()));
    if (isOver()) throw new Error(`QEMU has ended: ${readFileSync(join(room, "qemu.log"), "utf8")}`);
    if (from === "state") await untilTrue("running", 240, async () => (await ask(room, { execute: "query-status" })).includes('"running": true'));
    await untilTrue("an answer by ssh", BOOT_SECONDS, async () => isOver() || (await run([...sshOf(running), "true"], { limit: 60 })).status === 0);
    if (isOver()) throw new Error(`QEMU has ended: ${readFileSync(join(room, "qemu.log"), "utf8")}`);
  } catch (error) {
    const seen = existsSync(join(room, "console")) ? readFileSync(join(room, "console"), "utf8").slice(-2000) : "";
    await stopped(running);
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${seen}`, { cause: error });
  }
  return running;
}

async function stopped({ child, room }: Running): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const end = new Promise((resolve) => { child.once("exit", resolve); });
    child.kill("SIGKILL");
    await end;
  }
  rmSync(room, { recursive: true, force: true });
}

/** What the first logins bring up is part of the saved state. */
const WARM = "systemctl is-system-running --wait; systemctl --failed --no-legend; for user in alice bob; do ssh $user@127.0.0.1 'systemctl --user is-system-running --wait'; done; node -e 0; sync; echo 3 > /proc/sys/vm/drop_caches";

async function save(start: Start, running: Running): Promise<void> {
  const { room } = running;
  const fresh = `${stateFile(start.kind)}.new`;
  const warm = await run([...sshOf(running), WARM], { limit: WARM_SECONDS });
  if (warm.status === 124) throw new Error(`the machine did not settle in ${WARM_SECONDS} s: ${warm.output}`);
  await ask(room, { execute: "migrate-set-parameters", arguments: { "max-bandwidth": 10_000_000_000 } }, { execute: "migrate", arguments: { uri: `exec:zstd -q -1 -T2 > '${fresh}'` } });
  await untilTrue("saved", 240, async () => {
    const said = await ask(room, { execute: "query-migrate" });
    if (said.includes('"failed"')) throw new Error(`saving the machine failed: ${said}`);
    return said.includes('"completed"');
  });
  await ask(room, { execute: "quit" });
  await untilTrue("its end", 30, () => Promise.resolve(running.child.exitCode !== null));
  await must(["cp", running.disk, savedDisk(start.kind)], "keeping the disk");
  renameSync(fresh, stateFile(start.kind));
}

/** Boots the kind once and keeps the state, which fits only the QEMU that saved it. */
async function readyState(start: Start, say: (line: string) => void): Promise<void> {
  const stamp = `${stateFile(start.kind)}.qemu`;
  const version = await must([...start.qemu, "--version"], "asking QEMU");
  if (existsSync(stateFile(start.kind)) && existsSync(stamp) && readFileSync(stamp, "utf8") === version) return;
  const begin = performance.now();
  const running = await launch(start, "disk");
  try { await save(start, running); } finally { await stopped(running); }
  writeFileSync(stamp, version);
  say(`${nameOf(start.kind)}: booted and saved in ${Math.round((performance.now() - begin) / 1000)} s`);
}

/** A restored machine's clock stood still meanwhile. */
const ARRIVE = (): string => `date -s @${Math.floor(Date.now() / 1000)} > /dev/null; tar -xpf /dev/vdb --numeric-owner -C /src`;

async function restore(start: Start): Promise<Machine> {
  const running = await launch(start, "state");
  const shell: Machine["shell"] = (line, limit, onTick) => run([...sshOf(running), line], { limit, ...(onTick === undefined ? {} : { onTick }) });
  const { status, output } = await shell(ARRIVE(), 120);
  if (status !== 0) { await stopped(running); throw new Error(`unpacking in the machine failed: ${output}`); }
  return { shell, stop: () => stopped(running) };
}

/** A machine as it was saved; one that does not come up is booted anew, once. */
export async function machineOf(start: Start, say: (line: string) => void): Promise<Machine> {
  const inOneGo = async (): Promise<Machine> => { await readyState({ kind: start.kind, qemu: start.qemu }, say); return restore(start); };
  return inOneGo().catch((error: unknown) => {
    say(`${nameOf(start.kind)}: booted anew, as it did not come up: ${error instanceof Error ? error.message : String(error)}`);
    rmSync(stateFile(start.kind), { force: true });
    return inOneGo();
  });
}
