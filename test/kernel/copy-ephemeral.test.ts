// lxc-copy -e for each kind of container: made, started, used, and gone with all it wrote; what fails leaves nothing.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, berthStarted, create, ended, eventually, inside, leavePlace, makePlace, state, works } from "./place.ts";
import type { Kind, Place, Ran } from "./place.ts";

const PATIENCE_MS = 90_000;
const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
const called = (place: Place, name: string): Place => ({ ...place, name });
/** What a slow machine is told of its progress is left out. */
function copyOf(place: Place, ...words: readonly string[]): Ran {
  const ran = berth(place, "lxc-copy", ["-n", place.name, "-e", ...words]);
  return { ...ran, stderr: ran.stderr.replace(/^copying .*\n/gm, "") };
}
const containers = (place: Place): readonly string[] => readdirSync(place.lxcpath).filter((name) => name.startsWith(place.mark));

describe.each(KINDS)("%s", (kind) => {
  const place = makePlace(kind);
  const shared = join(place.lxcpath, "shared dir");
  const box = called(place, `${place.name}box`);
  beforeAll(() => {
    create(place);
    // init of busybox takes two seconds for a shutdown: one kind of container has it
    if (kind !== "root-owned") appendFileSync(join(place.lxcpath, place.name, "config"), "lxc.signal.halt = SIGKILL\n");
    mkdirSync(shared);
    writeFileSync(join(shared, "file"), "of the host\n");
    chownSync(shared, place.rootId, place.rootId);
  }, PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-destroy", ["-f", "-n", place.name]); await leavePlace(place); }, PATIENCE_MS);

  test("in the background under a name of its own, until it is stopped", () => {
    const made = copyOf(place);
    const name = new RegExp(`^Created (${place.name}_[A-Za-z0-9]{6}) as clone of ${place.name}\n$`).exec(made.stdout)?.[1] ?? "";
    expect([made.status, made.stderr === "" || kind === "user-owned", containers(place).includes(name)]).toEqual([0, true, true]);
    expect(state(place, name)).toBe("RUNNING");
    expect(inside(called(place, name), "hostname; touch /written; echo done")).toBe(`${name}\ndone`);
    works(place, "lxc-stop", ["-n", name, "-k"]);
    expect(containers(place)).toEqual([place.name]);
    expect([existsSync(join(place.lxcpath, place.name, "rootfs/written")), existsSync(join(place.lxcpath, place.name, "lxc_snapshots"))]).toEqual([false, false]);
  }, PATIENCE_MS);

  test("for one command: its words, its status; then it is shut down and gone", () => {
    const ran = copyOf(place, "-N", box.name, "--", "sh", "-c", "hostname; cat /proc/1/comm; exit 7");
    expect([ran.status, ran.stdout]).toEqual([7, `Created ${box.name} as clone of ${place.name}\n${box.name}\ninit\n`]);
    expect(containers(place)).toEqual([place.name]);
  }, PATIENCE_MS);

  test("binds and overlays of the host's directories; what is written over one stays in the copy", () => {
    const words = ["-N", box.name, "-m", `bind=${shared}:/mnt/bound:ro,overlay=${shared}:/mnt/over`, "--", "sh", "-c", "cat /mnt/bound/file; touch /mnt/bound/new 2>/dev/null || echo read-only; touch /mnt/over/new && ls /mnt/over"];
    const ran = copyOf(place, ...words);
    expect({ status: ran.status, out: ran.stdout.split("\n").slice(1), err: kind === "user-owned" ? "" : ran.stderr }).toEqual({ status: 0, out: ["of the host", "read-only", "file", "new", ""], err: "" });
    expect(readdirSync(shared)).toEqual(["file"]);
  }, PATIENCE_MS);

  test("a command that cannot be run: a status as a shell's, and nobody says that the copy has failed", () => {
    for (const [command, status] of [["/no/such", 127], ["/etc", 126]] as const) {
      const ran = copyOf(place, "-N", box.name, "--", command);
      expect([ran.status, ran.stderr.includes(`Failed to exec "${command}"`), ran.stderr.includes("Failed to clone")]).toEqual([status, true, false]);
    }
    expect(containers(place)).toEqual([place.name]);
  }, PATIENCE_MS);

  test("--fssize where nothing has a size of its own: a warning", () => {
    expect(copyOf(place, "-N", box.name, "-L", "20M", "--", "true")).toMatchObject({ status: 0, stderr: expect.stringContaining("--fssize has no effect: the copy is kept on overlay") });
  }, PATIENCE_MS);

  test("an overlay of the host's directory that is only read", () => {
    const ran = copyOf(place, "-N", box.name, "-m", `overlay=${shared}:/mnt/over:ro`, "--", "sh", "-c", "cat /mnt/over/file; touch /mnt/over/new || exit 5");
    expect([ran.status, ran.stdout.split("\n")[1]]).toEqual([5, "of the host"]);
  }, PATIENCE_MS);

  test("-t: what it writes is in memory, and its name is right there too", () => {
    const ran = copyOf(place, "-N", box.name, "-t", "--", "sh", "-c", "cat /etc/hostname; touch /x && stat -f -c %T /x");
    expect([ran.status, ran.stdout.split("\n")]).toEqual([0, [`Created ${box.name} as clone of ${place.name}`, "Container is placed on tmpfs.", "Rebooting will cause all changes made to it to be lost!", box.name, expect.any(String), ""]]);
    expect(containers(place)).toEqual([place.name]);
  }, PATIENCE_MS);

  test("-D: it stays when it has stopped", () => {
    expect(copyOf(place, "-N", box.name, "-D", "--", "touch", "/kept").status).toBe(0);
    expect([state(box), existsSync(join(box.lxcpath, box.name, "overlay/delta/kept"))]).toEqual(["STOPPED", true]);
    expect(readFileSync(join(box.lxcpath, box.name, "config"), "utf8")).not.toContain("lxc.ephemeral");
    works(box, "lxc-destroy", ["-n", box.name]);
  }, PATIENCE_MS);

  test("a start that fails, and a launcher that is ended meanwhile, leave nothing", async () => {
    const failed = copyOf(place, "-N", box.name, "-m", `overlay=${shared}:/etc/hostname/no`);
    expect([failed.status, failed.stderr.endsWith(`lxc-copy: ${place.name}: Failed to clone\n`)]).toEqual([1, true]);
    expect(containers(place)).toEqual([place.name]);
    const child = berthStarted(place, "lxc-copy", ["-n", place.name, "-e", "-N", box.name, "--", "sleep", "1000"]);
    await eventually("it runs", () => berth(box, "lxc-info", ["-n", box.name, "-sH"]).stdout === "RUNNING\n");
    child.kill("SIGTERM");
    await ended(child);
    await eventually("it is gone", () => containers(place).length === 1);
  }, PATIENCE_MS);
});

test("wrong input", () => {
  const place = makePlace("privileged");
  const said = (...words: readonly string[]): string => { const ran = berth(place, "lxc-copy", ["-n", "web", ...words]); expect(ran.status).toBe(1); return ran.stderr; };
  expect(said("-e", "-m", "foo=x")).toContain("--mount: 'foo=x' is not understood");
  expect(said("-e", "-m", "bind=/no/such/place")).toContain("--mount: '/no/such/place' does not exist");
  expect(said("-e", "-D", "-t")).toContain("--keepdata and --tmpfs exclude each other");
  expect(said("-e", "-t", "-B", "btrfs,loop")).toContain("--tmpfs is for layers: the upper one is in memory");
  expect(said("-N", "x", "-t")).toContain("--tmpfs is for --ephemeral");
  expect(said("-e", "-R")).toContain("--ephemeral and --rename exclude each other");
  expect(said("-e")).toContain('container "web" is not defined');
  return leavePlace(place);
}, PATIENCE_MS);
