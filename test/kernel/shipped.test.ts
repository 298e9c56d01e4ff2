// Containers whose configs include the files that LXC's package ships: with Debian's, and with Berth alone, where /usr/share/lxc is empty.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, create, DIST, initPid, inside, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";

const CONFIG = "/usr/share/lxc/config";
const include = (...names: readonly string[]): readonly string[] => names.map((name) => `lxc.include = ${CONFIG}/${name}`);
const configOf = (place: Place, distribution: string): readonly string[] => [
  ...include(`${distribution}.common.conf`, ...(place.kind === "privileged" ? [] : [`${distribution}.userns.conf`])),
  // does nothing here, but a start fails where it is missing
  "lxc.hook.pre-start = /usr/share/lxc/hooks/squid-deb-proxy-client",
];
const CAP_SYS_RAWIO = 1n << 17n;
const isFiltered = (pid: number): boolean => /^Seccomp:\t2$/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

/** Starts it where nothing of LXC's package can be seen. */
function startAlone(place: Place): string {
  const argv = argvFor(place, [join(DIST, "bin/lxc-start"), "-P", place.lxcpath, "-n", place.name, "-d"]);
  const hidden = `mount -t tmpfs -o size=4k none /usr/share/lxc && [ -z "$(ls /usr/share/lxc)" ] && exec "$@"`;
  const { status, stdout, stderr } = spawnSync("unshare", ["-m", "sh", "-c", hidden, "sh", ...argv], { encoding: "utf8", input: "", timeout: 120_000 });
  expect([status, stdout]).toEqual([0, ""]);
  return stderr;
}

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  let place: Place;
  beforeAll(() => {
    place = makePlace(kind);
    create(place, configOf(place, "ubuntu"));
  });
  afterAll(() => leavePlace(place));

  const check = (): void => {
    expect(isFiltered(initPid(place))).toBe(true);
    // the console and the five terminals of the busybox template; with an id map they are directly in /dev
    expect(inside(place, "ls /dev/lxc 2>/dev/null | wc -w")).toBe(kind === "privileged" ? "6" : "0");
    const caps = BigInt(`0x${inside(place, "grep CapBnd /proc/self/status").replace(/\D+/, "")}`);
    expect(Boolean(caps & CAP_SYS_RAWIO)).toBe(kind !== "privileged");
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect(state(place)).toBe("STOPPED");
  };

  test("starts with Debian's files", () => {
    start(place);
    check();
  });

  test("starts with Berth's files alone", () => {
    // a user's container gets no cgroup here, and no file says that it is to have one
    expect(startAlone(place)).not.toContain("/usr/share/lxc");
    check();
  });
});
