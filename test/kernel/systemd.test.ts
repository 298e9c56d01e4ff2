// A Debian with systemd boots to the end as a root-owned unprivileged container, and halts cleanly.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SYSTEMD_UP } from "../../scripts/systemd-up.ts";
import { debianImage } from "../../scripts/demo-image.ts";
import { berth, initPid, inside, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";
import { leaksAtLast } from "./leaks.ts";

let place: Place;
beforeAll(async () => {
  place = makePlace("root-owned");
  const image = await debianImage((line) => console.log(line));
  const file = join(place.lxcpath, "debian.conf");
  writeFileSync(file, `${[...place.config, "lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed", "lxc.tty.max = 1", "lxc.pty.max = 1024", "lxc.signal.halt = SIGRTMIN+3", "lxc.cap.drop = mac_admin mac_override sys_time sys_module sys_rawio", `lxc.uts.name = ${place.name}`].join("\n")}\n`);
  works(place, "lxc-create", ["-n", place.name, "-t", image, "-f", file]);
}, 600_000);
afterAll(async () => {
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
}, 120_000);

test("--wait=booted ends when systemd says running", () => {
  start(place, ["--wait=booted", "--timeout", "100"]);
  expect(inside(place, "systemctl is-system-running")).toBe("running");
  const ran = berth(place, "lxc-attach", ["-n", place.name, "--clear-env", "--", ...SYSTEMD_UP]);
  const failed = berth(place, "lxc-attach", ["-n", place.name, "--clear-env", "--", "systemctl", "--no-pager", "--plain", "--no-legend", "list-units", "--failed"]).stdout;
  expect({ says: ran.stdout.trim(), failed: failed.trim() }).toEqual({ says: "running", failed: "" });
}, 120_000);

test("its pid 1 is systemd under an ordinary id, and it knows that it is in a container", () => {
  expect(inside(place, "cat /proc/1/comm; systemd-detect-virt --container; hostname")).toBe(`systemd\nlxc\n${place.name}`);
  expect(Bun.spawnSync(["stat", "-c", "%u", `/proc/${initPid(place)}`]).stdout.toString().trim()).toBe(String(place.rootId));
});

test("stop: the halt signal, a clean end, kept in info", async () => {
  const before = performance.now();
  works(place, "lxc-stop", ["-n", place.name, "-t", "100"]);
  console.log(`halt took ${((performance.now() - before) / 1000).toFixed(1)} s`);
  expect(state(place)).toBe("STOPPED");
  expect(works(place, "lxc-info", ["-n", place.name])).not.toMatch(/KILL|signal 9/);
  works(place, "lxc-destroy", ["-n", place.name]);
  expect((await leaksAtLast(place.before, place.watch)).filter((leak) => !leak.endsWith("debian.conf") && leak !== `files: ${place.lxcpath}`)).toEqual([]);
}, 120_000);
