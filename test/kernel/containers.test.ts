// lxc-containers, as service scripts call it: root's containers and those of LXC_USERS come up at boot and go down, as /etc/default/lxc says.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { create, DIST, leavePlace, makePlace, state, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";

const PATIENCE_MS = 60_000;
const [root, user]: readonly [Place, Place] = [makePlace("privileged"), makePlace("user-owned, delegated")];
const etc = join(root.lxcpath, ".etc");
beforeAll(() => {
  create(root, ["lxc.start.auto = 1", "lxc.group = onboot"]);
  create(user, ["lxc.start.auto = 1"]);
  cpSync("/etc/lxc", join(etc, "lxc"), { recursive: true });
  writeFileSync(join(etc, "lxc/lxc.conf"), `lxc.lxcpath = ${root.lxcpath}\n`);
  const own = join(user.user?.home ?? "", ".config/lxc");
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "lxc.conf"), `lxc.lxcpath = ${user.lxcpath}\n`);
}, PATIENCE_MS);
afterAll(async () => {
  for (const place of [root, user]) works(place, "lxc-destroy", ["-f", "-n", place.name]);
  rmSync(etc, { recursive: true });
  await leavePlace(user);
  await leavePlace(root);
}, PATIENCE_MS);

/** With an /etc/lxc and an /etc/default/lxc of its own. */
function containers(settings: string, ...words: readonly string[]): Ran {
  writeFileSync(join(etc, "default"), settings);
  const script = 'mount --bind "$0/lxc" /etc/lxc && mount --bind "$0/default" /etc/default/lxc && exec "$@"';
  const { status, stdout, stderr } = spawnSync("unshare", ["-m", "--propagation", "private", "sh", "-c", script, etc, join(DIST, "bin/lxc-containers"), ...words], { encoding: "utf8", timeout: PATIENCE_MS });
  return { status: status ?? 255, stdout, stderr };
}
const states = (): readonly string[] => [state(root), state(user)];
const DONE = { status: 0, stdout: "", stderr: "" };

test("start: root's; with LXC_USERS also theirs; stop: all of them", () => {
  expect(containers("", "start")).toEqual(DONE);
  expect(states()).toEqual(["RUNNING", "STOPPED"]);
  const users = `LXC_USERS="${user.user?.name ?? ""}"\nSHUTDOWNDELAY=20\n`;
  // nobody has given him cgroups: berth setup would
  expect(containers(users, "start")).toMatchObject({ status: 0, stdout: "", stderr: expect.stringContaining(`lxc-autostart: ${user.name}: warning: no cgroup may be made here`) });
  expect(states()).toEqual(["RUNNING", "RUNNING"]);
  expect(containers(users, "stop")).toEqual(DONE);
  expect(states()).toEqual(["STOPPED", "STOPPED"]);
}, PATIENCE_MS);

test("LXC_AUTO, BOOTGROUPS and OPTIONS are LXC's; the file is shell", () => {
  expect(containers("LXC_AUTO=false\n", "start")).toEqual(DONE);
  expect(containers('if true; then BOOTGROUPS="web,"; fi\n', "start")).toEqual(DONE);
  expect(states()).toEqual(["STOPPED", "STOPPED"]);
  expect(containers('BOOTGROUPS="web,"\nOPTIONS="-a"\n', "start")).toMatchObject({ status: 0, stderr: "lxc-autostart: warning: --all is given: --groups has no effect\n" });
  expect(states()).toEqual(["RUNNING", "STOPPED"]);
  expect(containers("STOPOPTS='-a -A -k'\n", "stop")).toEqual(DONE);
}, PATIENCE_MS);

test("wrong words, and a user", () => {
  expect(containers("", "begin")).toEqual({ status: 2, stdout: "", stderr: "lxc-containers: Usage: lxc-containers {start|stop|restart|reload|force-reload}\n" });
  expect(containers("LXC_USERS=nobody-of-this-name\n", "start")).toMatchObject({ status: 1, stderr: expect.stringContaining("there is no user 'nobody-of-this-name'") });
  expect(containers("", "stop").status).toBe(0);
}, PATIENCE_MS);
