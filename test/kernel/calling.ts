// Owns the ways in which a user comes to call a command on this host: a login, ssh on loopback, su, sudo, cron … with and
// without what a session's environment says. Each runs one script as the user, so that no quoting gets in between.
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import type { Ran, User } from "./users.ts";
import { must, quote } from "./users.ts";

export const CALLS = ["login", "ssh", "ssh-bare", "ssh-wrong-bus", "ssh-setsid", "su", "su-login", "sudo", "sudo-login", "sudo-bare", "runuser", "runuser-login", "cron", "at-like", "setpriv"] as const;
export type Call = (typeof CALLS)[number];
/** A place for scripts and keys, and an sshd that takes one key. */
export interface Desk { readonly room: string; readonly port: number; readonly sshd: ChildProcess }

const SSHD_RUN = "/run/sshd";
const PATIENCE_MS = 120_000;

const freePort = (): Promise<number> => new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address();
    server.close(() => resolve(address !== null && typeof address === "object" ? address.port : 0));
  });
});
async function untilTrue(what: string, isTrue: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!await isTrue()) {
    if (performance.now() > end) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
}
const answers = (port: number): Promise<boolean> => new Promise((resolve) => {
  const socket = connect(port, "127.0.0.1", () => { socket.destroy(); resolve(true); }).once("error", () => resolve(false));
});

const sshdLog = ({ room }: Pick<Desk, "room">): string => join(room, "sshd.log");

export async function openDesk(mark: string): Promise<Desk> {
  const room = mkdtempSync(`/tmp/${mark}-calls-`);
  chmodSync(room, 0o1777);
  for (const key of ["host", "key"]) must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(room, key)]);
  const port = await freePort();
  writeFileSync(join(room, "sshd_config"), [`Port ${port}`, "ListenAddress 127.0.0.1", `HostKey ${room}/host`, `AuthorizedKeysFile ${room}/key.pub`, "StrictModes no", "UsePAM yes", "PidFile none", "PrintMotd no", "PrintLastLog no", "LogLevel VERBOSE", ""].join("\n"));
  mkdirSync(SSHD_RUN, { recursive: true, mode: 0o755 }); // it stays, as that of Debian's own ssh.service: others may be in it
  const log = openSync(sshdLog({ room }), "w");
  const sshd = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", join(room, "sshd_config")], { stdio: ["ignore", log, log] });
  closeSync(log);
  await untilTrue("sshd answers", () => answers(port));
  return { room, port, sshd };
}
async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await untilTrue("its end", () => child.exitCode !== null || child.signalCode !== null);
}
export async function closeDesk({ room, sshd }: Desk): Promise<void> {
  await ended(sshd, "SIGTERM");
  rmSync(room, { recursive: true, force: true });
}

/** The script that the user runs: its file says where output, errors and status go. */
function writeCall(call: string, argv: readonly string[]): void {
  for (const end of ["out", "err", "status"]) rmSync(`${call}.${end}`, { force: true });
  writeFileSync(call, `PATH=/usr/bin:/bin:/usr/sbin:/sbin; export PATH\n(${argv.map(quote).join(" ")}) > ${call}.out 2> ${call}.err < /dev/null\necho $? > ${call}.new; mv ${call}.new ${call}.status\n`);
  chmodSync(call, 0o755);
}

/** crond's own files and the host's tables are not seen by this one: it does what stands under @reboot here. */
const CROND = "mount -t tmpfs none /run && mount -t tmpfs none /etc/cron.d && mount --bind /dev/null /etc/crontab && exec cron -f";

function argvOf({ room, port }: Desk, user: User, context: Call, run: string): readonly string[] {
  const { name } = user;
  const words = run.split(" ");
  const ssh = (line: string): readonly string[] => ["ssh", "-F", "none", "-i", join(room, "key"), "-p", String(port), "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", `${name}@127.0.0.1`, line];
  switch (context) {
    case "login": return ["script", "-qec", `login -f ${name}`, "/dev/null"];
    case "ssh": return ssh(run);
    case "ssh-bare": return ssh(`env -i ${run}`);
    case "ssh-wrong-bus": return ssh(`XDG_RUNTIME_DIR=/nonexistent DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus ${run}`);
    case "ssh-setsid": return ssh(`setsid -w ${run}`);
    case "su": return ["su", name, "-c", run];
    case "su-login": return ["su", "-", name, "-c", run];
    case "sudo": return ["sudo", "-u", name, ...words];
    case "sudo-login": return ["sudo", "-i", "-u", name, ...words];
    case "sudo-bare": return ["sudo", "-u", name, "env", "-i", ...words];
    case "runuser": return ["runuser", "-u", name, "--", ...words];
    case "runuser-login": return ["runuser", "-l", name, "-c", run];
    case "cron": return ["unshare", "--mount", "sh", "-c", CROND];
    case "at-like": return ["setsid", "-f", "runuser", "-u", name, "--", "env", "-i", `HOME=${user.home}`, `LOGNAME=${name}`, ...words];
    case "setpriv": return ["setpriv", "--reuid", String(user.uid), "--regid", String(user.gid), "--init-groups", ...words];
  }
}

const processesOf = ({ name }: User): string => spawnSync("ps", ["-U", name, "-o", "pid,ppid,stat,wchan:20,args"], { encoding: "utf8" }).stdout;

/** Runs it as the user calls it there, and waits for its end. */
export async function calls(desk: Desk, user: User, context: Call, argv: readonly string[]): Promise<Ran> {
  const call = join(desk.room, `${context}-${user.name}`);
  writeCall(call, argv);
  const profile = join(user.home, ".profile");
  // a login's shell reads this, and reads nothing else
  if (context === "login") writeFileSync(profile, `exec sh ${call}\n`);
  if (context === "cron") { writeFileSync(`${call}.tab`, `@reboot sh ${call}\n`); must(["crontab", "-u", user.name, `${call}.tab`]); }
  const [program = "", ...rest] = argvOf(desk, user, context, `sh ${call}`);
  const log = openSync(`${call}.log`, "w");
  const child = spawn(program, rest, { stdio: ["ignore", log, log] });
  closeSync(log);
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  try {
    const hasCalled = (): boolean => existsSync(`${call}.status`);
    // at's way: nobody waits
    const end = untilTrue(`${context} ends`, () => hasCalled() || (isOver() && context !== "at-like"));
    await end.catch((error: unknown) => { throw new Error(`${String(error)}; there are:\n${processesOf(user)}`); });
    if (!hasCalled()) throw new Error(`${context} ended with ${child.exitCode ?? child.signalCode} and has not called: ${readFileSync(`${call}.log`, "utf8")}\nsshd: ${readFileSync(sshdLog(desk), "utf8").slice(-2000)}`);
  } finally {
    if (context === "cron") { await ended(child, "SIGKILL"); must(["crontab", "-u", user.name, "-r"]); }
    if (context === "login") rmSync(profile, { force: true });
  }
  await untilTrue(`${context} has gone`, isOver);
  const read = (end: string): string => readFileSync(`${call}.${end}`, "utf8");
  return { status: Number(read("status")), stdout: read("out"), stderr: read("err") };
}
