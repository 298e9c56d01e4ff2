// What the container's root does to its own /etc/passwd does not steer where lxc-attach, without a command, looks for a shell:
// no FIFO holds it up, no link leads out, nothing large is read.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, leavePlace, makePlace, start } from "./place.ts";
import type { Kind, Place } from "./place.ts";

const ATTACH_KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
describe.each([...ATTACH_KINDS])("%s", (kind: Kind) => {
  let place: Place;
  const inRoot = (...path: readonly string[]): string => join(place.lxcpath, place.name, "rootfs", ...path);
  const passwd = (): string => inRoot("etc/passwd");
  /** A line of passwd(5) whose shell tells that it was believed. */
  const line = "root:x:0:0:root:/root:/bin/believed\n";
  beforeAll(() => {
    place = makePlace(kind);
    create(place);
    writeFileSync(inRoot("bin/believed"), "#!/bin/sh\necho believed\n", { mode: 0o755 });
    mkdirSync(join(place.lxcpath, "host-etc"));
    writeFileSync(join(place.lxcpath, "host-etc/passwd"), line);
    start(place);
  });
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    rmSync(join(place.lxcpath, "host-etc"), { recursive: true });
    await leavePlace(place);
  });
  const shell = (): string => {
    const { status, stdout, stderr } = berth(place, "lxc-attach", ["-n", place.name], { input: "echo plain\n" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return stdout.trim();
  };

  test("a plain file is believed", () => {
    rmSync(passwd());
    writeFileSync(passwd(), line, { mode: 0o644 });
    expect(shell()).toBe("believed");
  });
  test.each([
    ["a FIFO", (): unknown => spawnSync("mkfifo", [passwd()])],
    ["a link to the host's", (): unknown => symlinkSync(join(place.lxcpath, "host-etc/passwd"), passwd())],
    ["a terabyte of nothing", (): unknown => { writeFileSync(passwd(), line); return truncateSync(passwd(), 2 ** 40); }],
    ["a directory", (): unknown => mkdirSync(passwd())],
  ])("%s is not", (_, make) => {
    rmSync(passwd(), { recursive: true, force: true });
    make();
    expect(shell()).toBe("plain");
  });
  test("nor is an /etc that is a link to a directory of the host", () => {
    renameSync(inRoot("etc"), inRoot("etc.away"));
    symlinkSync(join(place.lxcpath, "host-etc"), inRoot("etc"));
    expect(shell()).toBe("plain");
    rmSync(inRoot("etc"));
    renameSync(inRoot("etc.away"), inRoot("etc"));
  });
});
