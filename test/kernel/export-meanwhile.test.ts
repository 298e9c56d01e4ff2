// What happens to a container while it is exported or copied: removed, put into the trash, restored, started. No file is said to be
// whole that is not, no copy is kept that lacks files. What reads the files is held until it has happened.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, DIST, eventually, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind, Place, Ran } from "./place.ts";
import { runBeside } from "./download-room.ts";
import { heldAt } from "./lease.ts";
import { called, imported, sh } from "./port.ts";

const PATIENCE_MS = 60_000;
let place: Place;
const path = (...names: readonly string[]): string => join(place.lxcpath, ...names);
const copy = (): Place => called(place, `${place.name}2`);

function makeReader(kind: Kind): void {
  place = makePlace(kind);
  writeFileSync(path("in-tar"), `#!/bin/sh\n[ -p ${path("go")} ] && read -r go < ${path("go")}\nexec /usr/bin/tar "$@"\n`, { mode: 0o755 });
}

/** A pipe can be opened so once somebody waits at its other end. */
async function opened(pipe: string): Promise<number> {
  let fd: number | undefined;
  await eventually("files are read", () => {
    try {
      fd = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch {
      // nobody reads yet
    }
    return fd !== undefined;
  });
  return fd ?? -1;
}

/** The command with tar held until `meanwhile` is done. */
async function held(argv: readonly string[], meanwhile: () => void): Promise<Ran> {
  sh("rm -f go; mkfifo -m 666 go", place.lxcpath);
  const slow = { ...place, into: ["unshare", "--mount", "sh", "-c", `mount -t tmpfs none /usr/local/bin && install -m 755 ${path("in-tar")} /usr/local/bin/tar && exec "$@"`, "sh"] };
  const running = runBeside(slow, argv);
  const gate = await opened(path("go"));
  rmSync(path("go")); // a snapshot's files are read without a stop
  try {
    meanwhile();
  } finally {
    closeSync(gate);
  }
  return running;
}
const exporting = (meanwhile: () => void): Promise<Ran> => held([join(DIST, "bin/berth"), "export", "-P", place.lxcpath, place.name, "-o", path("web.tar")], meanwhile);
const streaming = (meanwhile: () => void): Promise<Ran> => held(["sh", "-c", `${join(DIST, "bin/berth")} export -P ${place.lxcpath} ${place.name} > ${path("stream.tar")}`], meanwhile);
const copyingFrom = (file: string, meanwhile: () => void): Promise<Ran> => heldAt(file, () => runBeside(place, [join(DIST, "bin/lxc-copy"), "-P", place.lxcpath, "-n", place.name, "-N", copy().name]), meanwhile);
function copying(meanwhile: () => void): Promise<Ran> {
  writeFileSync(path(place.name, "rootfs/held"), "");
  return copyingFrom(path(place.name, "rootfs/held"), meanwhile);
}

describe.each(["privileged", "user-owned"] as const)("the container (%s) is", (kind) => {
  beforeAll(() => makeReader(kind), PATIENCE_MS);
  afterAll(() => leavePlace(place), PATIENCE_MS);
  const removed = (): void => { works(place, "lxc-destroy", ["-n", place.name]); };
  const emptied = (): void => { removed(); mkdirSync(path(place.name, "rootfs"), { recursive: true }); };

  test.each([["removed", removed], ["removed, and there is something else in its place", emptied]] as const)("%s", async (_, meanwhile) => {
    for (const command of [exporting, streaming, copying]) {
      create(place);
      const { status, stderr } = await command(meanwhile);
      expect([status, stderr === ""]).toEqual([1, false]);
      expect([existsSync(path("web.tar")), existsSync(path("web.tar.part")), existsSync(path(copy().name))]).toEqual([false, false, false]);
      sh(`rm -rf ${path(place.name)}`, place.lxcpath);
    }
    expect(imported(place, path("stream.tar"), copy().name)).toMatchObject({ status: 1, stderr: expect.stringContaining("the archive ends too early") });
  }, PATIENCE_MS);

  test("restored", async () => {
    create(place);
    works(place, "lxc-snapshot", ["-n", place.name]);
    for (const command of [exporting, copying]) {
      const { status, stderr } = await command(() => works(place, "lxc-snapshot", ["-n", place.name, "-r", "snap0"]));
      expect([status, stderr]).toEqual([1, expect.stringContaining("is no more what it was when its files began to be read")]);
      expect([existsSync(path("web.tar")), existsSync(path(copy().name))]).toEqual([false, false]);
    }
    works(place, "lxc-destroy", ["-n", place.name, "-s"]);
  }, PATIENCE_MS);

  test("without one of its files", async () => {
    create(place);
    mkdirSync(path(place.name, "rootfs/many"));
    for (let i = 0; i < 50; i++) writeFileSync(path(place.name, "rootfs/many", String(i)), "");
    sh(`chown -R ${place.rootId}:${place.rootId} many`, path(place.name, "rootfs"));
    const [first = "", ...others] = sh("ls -U", path(place.name, "rootfs/many")).trim().split("\n"); // as they are read
    const { status, stderr } = await copyingFrom(path(place.name, "rootfs/many", first), () => rmSync(path(place.name, "rootfs/many", others.at(-1) ?? "")));
    expect([status, stderr]).toEqual([1, expect.stringContaining(`cause: reading many/${others.at(-1)}: no such file or directory\n    remedy: it has gone while it was copied: stop what changes the source, then copy again: nothing was left\n`)]);
    expect(existsSync(path(copy().name))).toBe(false);
    works(place, "lxc-destroy", ["-n", place.name]);
  }, PATIENCE_MS);

  test("started", async () => {
    create(place);
    const { status, stderr } = await exporting(() => start(place));
    expect([status, stderr]).toEqual([1, expect.stringContaining(`${place.name} was started while it was exported`)]);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect((await exporting(() => undefined)).status).toBe(0);
    expect(readFileSync(path("web.tar")).length).toBeGreaterThan(1 << 16);
    works(place, "lxc-destroy", ["-n", place.name]);
  }, PATIENCE_MS);
});

// What it does not hold itself lies in its source.
describe.each(["privileged", "user-owned"] as const)("the source of a layered copy (%s) is", (kind) => {
  beforeAll(() => makeReader(kind), PATIENCE_MS);
  afterAll(() => leavePlace(place), PATIENCE_MS);
  const layered = (): void => {
    create(place);
    works(place, "lxc-copy", ["-n", place.name, "-N", copy().name, "-s"]);
  };
  const exportingCopy = (meanwhile: () => void): Promise<Ran> => held([join(DIST, "bin/berth"), "export", "-P", place.lxcpath, copy().name, "-o", path("web.tar")], meanwhile);

  test("to be destroyed: refused, and the export is whole", async () => {
    layered();
    const { status } = await exportingCopy(() => expect(berth(place, "lxc-destroy", ["-n", place.name])).toMatchObject({ status: 1, stderr: expect.stringContaining(`destroy ${copy().name} first`) }));
    expect([status, existsSync(path("web.tar"))]).toEqual([0, true]);
    expect(sh("tar -tf web.tar", place.lxcpath)).toContain("rootfs/bin/busybox");
    rmSync(path("web.tar"));
    works(place, "lxc-destroy", ["-n", copy().name]);
    works(place, "lxc-destroy", ["-n", place.name]);
  }, PATIENCE_MS);

  test("removed by hand: no export", async () => {
    layered();
    const { status, stderr } = await exportingCopy(() => { sh(`rm -rf ${path(place.name)}`, place.lxcpath); });
    expect([status, stderr === "", existsSync(path("web.tar")), existsSync(path("web.tar.part"))]).toEqual([1, false, false, false]);
    sh(`rm -rf ${path(copy().name)}`, place.lxcpath);
  }, PATIENCE_MS);
});
