// Namespaces of another container or process: by name, by pid, by path, from the config and by option, for every kind of container.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, readlinkSync } from "node:fs";
import { berth, create, initPid, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";

const of = (pid: number, name: string): string => readlinkSync(`/proc/${pid}/ns/${name}`);

describe.each<Kind>(["privileged", "root-owned", "user-owned"])("%s", (kind) => {
  let place: Place;
  let first = 0;
  const second = (): string => `${place.name}2`;
  const secondPid = (): number => Number(works(place, "lxc-info", ["-n", second(), "-pH"]).trim());
  beforeAll(() => {
    place = makePlace(kind);
    create(place, ["lxc.uts.name = first"]);
    create(place, [], second());
    start(place);
    first = initPid(place);
  }, 60_000);
  afterAll(async () => {
    for (const name of [second(), place.name]) berth(place, "lxc-destroy", ["-n", name, "-f"]);
    await leavePlace(place);
  }, 60_000);

  const ways: readonly (readonly [string, () => readonly string[], readonly string[]])[] = [
    ["by name", () => ["-s", `lxc.namespace.share.net = ${place.name}`, "-s", `lxc.namespace.share.ipc = ${place.name}`, "-s", `lxc.namespace.share.uts = ${place.name}`], ["net", "ipc", "uts"]],
    ["by pid", () => ["-s", `lxc.namespace.share.ipc = ${first}`], ["ipc"]],
    ["by path", () => ["-s", `lxc.namespace.share.uts = /proc/${first}/ns/uts`], ["uts"]],
    ["by option", () => ["--share-net", place.name, "--share-uts", String(first), "--share-ipc", place.name], ["net", "ipc", "uts"]],
    ["processes", () => ["-s", `lxc.namespace.share.pid = ${place.name}`, "-s", "lxc.init.cmd = /bin/sleep 1000"], ["pid"]],
  ];
  const ids = (): readonly string[] => ["-s", `lxc.namespace.share.user = ${place.name}`];
  // with the user namespace an ordinary user may, too
  const withIds: typeof ways = [
    ["ids alone", ids, ["user"]],
    ["ids, which need no lxc.idmap then", () => [...ids(), "-s", "lxc.idmap ="], ["user"]],
    ["ids and others", () => [...ids(), "-s", `lxc.namespace.share.net = ${place.name}`, "--share-ipc", String(first), "-s", `lxc.namespace.share.uts = /proc/${first}/ns/uts`], ["user", "net", "ipc", "uts"]],
    ["ids and processes", () => [...ids(), "-s", `lxc.namespace.share.pid = ${place.name}`, "-s", "lxc.init.cmd = /bin/sleep 1000"], ["user", "pid"]],
  ];
  test.each([...(kind === "user-owned" ? [] : ways), ...(kind === "privileged" ? [] : withIds)])("%s", (_, words, shared) => {
    const ran = berth(place, "lxc-start", ["-n", second(), "-d", ...words()]);
    if (kind === "root-owned" && shared.includes("pid") && !shared.includes("user")) {
      // its /proc would show processes of ids that are not its own
      expect([ran.status, ran.stderr.includes("or without a pid namespace of its own")]).toEqual([1, true]);
      return;
    }
    // nobody has given this user cgroups
    expect(ran).toEqual({ status: 0, stdout: "", stderr: kind === "user-owned" ? expect.stringContaining("no cgroup may be made here") : "" });
    try {
      const pid = secondPid();
      const [monitor] = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.slice(1) ?? [];
      const same = (one: number, other: number | string): string[] => ["net", "ipc", "uts", "pid", "mnt", "user"].filter((name) => of(one, name) === readlinkSync(`/proc/${other}/ns/${name}`)).toSorted();
      expect(same(pid, first)).toEqual([...shared, ...(kind === "privileged" ? ["user"] : [])].toSorted());
      expect(same(Number(monitor), "self")).toEqual(["ipc", "mnt", "net", "pid", "user", "uts"]);
      expect(works(place, "lxc-attach", ["-n", second(), "--", "sh", "-c", "id -u; cat /proc/self/uid_map"])).toBe(`0\n${readFileSync(`/proc/${first}/uid_map`, "utf8")}`);
      if (shared.includes("uts")) expect(works(place, "lxc-attach", ["-n", second(), "--", "hostname"])).toBe(works(place, "lxc-attach", ["-n", place.name, "--", "hostname"]));
    } finally {
      works(place, "lxc-stop", ["-n", second(), "-k"]);
    }
    expect(inside(place, "echo alive")).toBe("alive");
  }, 60_000);

  test("of a container that does not run: told, with what to do", () => {
    const refused = berth(place, "lxc-start", ["-n", second(), "-d", "-s", "lxc.namespace.share.net = none-such"]);
    expect([refused.status, refused.stderr.includes('"none-such" is neither a running container nor the pid of a process')]).toEqual([1, true]);
    const asks = (...lines: readonly string[]): readonly [number, string] => { const { status, stderr } = berth(place, "lxc-start", ["-n", second(), "-d", ...[`lxc.namespace.share.user = ${place.name}`, ...lines].flatMap((line) => ["-s", line])]); return [status, stderr]; };
    if (kind === "privileged") { expect(asks()).toEqual([1, expect.stringContaining(`'${place.name}' has no user namespace of its own that could be shared`)]); return; }
    const others = kind === "root-owned" ? "100001" : "300001";
    expect(asks("lxc.idmap =", `lxc.idmap = u 0 ${others} 1000`, `lxc.idmap = g 0 ${others} 1000`)).toEqual([1, expect.stringMatching(/lxc\.idmap is not the map of the user namespace that lxc\.namespace\.share\.user names[^]*cause: that has: lxc\.idmap = u 0 [13]00000 65536/)]);
    if (kind !== "user-owned") return;
    const own = berth(place, "lxc-start", ["-n", second(), "-d", "--share-net", place.name]);
    expect([own.status, own.stderr.includes("the net namespace of another container can be shared by root only, or together with its user namespace")]).toEqual([1, true]);
  });
});
