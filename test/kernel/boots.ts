// Owns the tests of a system that boots, for each kind of container: it comes up, reboots from inside, halts when lxc-stop asks
// (nobody kills it), powers off from inside; the host does not notice.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianImage } from "../../scripts/demo-image.ts";
import { initImages } from "../../scripts/init-images.ts";
import { SYSTEMD_UP } from "../../scripts/systemd-up.ts";
import { berth, eventually, initPid, inside, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";

export type Init = "systemd" | "sysvinit" | "openrc" | "busybox";
/** systemd needs cgroups of its own, the others do not. */
const KINDS_OF = (init: Init): readonly Kind[] => ["privileged", "root-owned", init === "systemd" ? "user-owned, delegated" : "user-owned"];
const LINES = ["lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed", "lxc.tty.max = 1", "lxc.pty.max = 1024", "lxc.cap.drop = mac_admin mac_override sys_time sys_module sys_rawio"];
const SAYS_IT = { systemd: "test -d /run/systemd/system && echo systemd", sysvinit: "readlink /etc/init.d/rc", openrc: "echo $(cat /run/openrc/softlevel)", busybox: "readlink -f /sbin/init" } as const;
const WORD = { systemd: "systemd", sysvinit: "/lib/init/rc", openrc: "default", busybox: "/bin/busybox" } as const;

/** What lxc-create takes as template. */
async function image(init: Init): Promise<string> {
  if (init === "busybox") return "busybox";
  return init === "systemd" ? debianImage((line) => console.log(line)) : initImages()[init];
}

/** What a privileged container's shutdown scripts could spoil: the host's own mounts (read-only, gone), its name, its swap. */
const OWN = new Set(["/", "/proc", "/sys", "/dev", "/dev/pts", "/sys/fs/cgroup"]);
const host = (): readonly string[] => [
  ...readFileSync("/proc/self/mountinfo", "utf8").split("\n").filter((line) => OWN.has(line.split(" ")[4] ?? "")), readFileSync("/proc/sys/kernel/hostname", "utf8"), readFileSync("/proc/swaps", "utf8"),
];

const sh = (...argv: readonly string[]): void => expect({ argv, status: Bun.spawnSync([...argv]).exitCode }).toEqual({ argv, status: 0 });
const childrenOf = (pid: number): readonly number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter((word) => word !== "").map(Number);
const hasPrompt = (pid: number): boolean => childrenOf(pid).some((child) => /getty/.test(readFileSync(`/proc/${child}/comm`, "utf8")));
/** Of the boot after a reboot, for which nobody waits. */
async function up(place: Place, init: Init, is: (pid: number) => boolean): Promise<void> {
  await eventually("a new init runs", () => { const pid = initPid(place); return pid > 0 && is(pid) && state(place) === "RUNNING"; });
  if (init === "systemd") expect(works(place, "lxc-attach", ["-n", place.name, "--clear-env", "--", ...SYSTEMD_UP]).trim()).toBe("running");
  else await eventually("a login prompt", () => { try { return hasPrompt(initPid(place)); } catch { return false; /* it has gone meanwhile */ } });
}
/** An attach that its container ends has the status of whoever was faster. */
const attach = (place: Place, command: string): void => { berth(place, "lxc-attach", ["-n", place.name, "--clear-env", "--", command]); };

export const boots = (init: Init): void => describe.each(KINDS_OF(init).map((kind) => ({ kind })))(`${init}, $kind`, ({ kind }) => {
  let place: Place;
  const before = host();
  beforeAll(async () => {
    const template = await image(init);
    place = makePlace(kind);
    sh("mount", "-t", "tmpfs", "-o", `mode=755,uid=${place.user?.uid ?? 0},gid=${place.user?.gid ?? 0}`, place.mark, place.lxcpath); // a hundred thousand small writes
    const file = join(place.lxcpath, "x.conf");
    writeFileSync(file, `${[...place.config, ...LINES, `lxc.uts.name = ${place.name}`].join("\n")}\n`);
    works(place, "lxc-create", ["-n", place.name, "-t", template, "-f", file]);
    rmSync(file);
  }, 600_000);
  afterAll(async () => {
    berth(place, "lxc-stop", ["-n", place.name, "-k"]);
    sh("umount", place.lxcpath);
    await leavePlace(place);
  }, 120_000);

  test("comes up, as what it is, under the ids it should have", () => {
    start(place, ["--wait=booted", "--timeout", "100"]);
    expect(inside(place, `${SAYS_IT[init]}; hostname`)).toBe(`${WORD[init]}\n${place.name}`);
    expect(statSync(`/proc/${initPid(place)}`).uid).toBe(place.rootId);
    if (init !== "systemd") return;
    expect(inside(place, "systemctl is-system-running; systemd-detect-virt --container; systemctl --no-pager --plain --no-legend list-units --failed")).toBe("running\nlxc");
  }, 120_000);

  test("reboot from inside, then lxc-stop: it ends by itself", async () => {
    const first = initPid(place);
    attach(place, "reboot");
    await up(place, init, (pid) => pid !== first);
    works(place, "lxc-stop", ["-n", place.name, "--nokill", "-t", "100"]);
    expect([state(place), works(place, "lxc-info", ["-n", place.name])]).toEqual(["STOPPED", expect.stringContaining("Last exit:      status 0,")]);
  }, 200_000);

  test("poweroff from inside; nothing has happened to the host", () => {
    start(place, ["--wait=booted", "--timeout", "100"]);
    attach(place, "poweroff");
    works(place, "lxc-wait", ["-n", place.name, "-s", "STOPPED", "-t", "100"]);
    expect(works(place, "lxc-info", ["-n", place.name])).toContain("Last exit:      status 0,");
    expect(host()).toEqual(before);
  }, 200_000);
});
