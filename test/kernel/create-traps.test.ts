// What a container is made of is a trap: an archive that unpacks well but holds links out of it, FIFOs, sockets and nodes where a create, a copy or a
// snapshot writes. Whatever is done ends by itself, and nothing outside is touched.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, leavePlace, makePlace, state, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";

const KILLED = 137; // by spawnSync, when its patience has ended
const TRAPS = ["hostname is a link", "hostname is a FIFO", "etc is a link"] as const;
type Trap = (typeof TRAPS)[number];

/** Of busybox and the trap; OUTSIDE is a directory of the host that everybody may write to. */
const ARCHIVE = `
import io, sys, tarfile
trap, outside, path = sys.argv[1:]
t = tarfile.open(path, "w:gz")
def add(name, type=tarfile.REGTYPE, link="", data=b"", mode=0o755, major=0, minor=0):
    i = tarfile.TarInfo(name); i.type = type; i.linkname = link; i.size = len(data); i.mode = mode; i.devmajor = major; i.devminor = minor
    t.addfile(i, io.BytesIO(data))
for d in ["bin", "sbin", "proc", "sys", "tmp", "root", "dev"] + ([] if trap == "etc is a link" else ["etc"]): add(d, tarfile.DIRTYPE)
add("bin/busybox", data=open("/bin/busybox", "rb").read())
for a in ["sh", "sleep", "echo", "cat"]: add("bin/" + a, tarfile.SYMTYPE, "busybox")
add("sbin/init", tarfile.SYMTYPE, "/bin/busybox")
add("up", tarfile.SYMTYPE, "../../../../../../../..")
add("setuid", data=b"#!/bin/sh\\n", mode=0o6755)
add("hard", tarfile.LNKTYPE, "up")
if trap == "etc is a link": add("etc", tarfile.SYMTYPE, outside)
if trap == "hostname is a link": add("etc/hostname", tarfile.SYMTYPE, outside + "/kept")
if trap == "hostname is a FIFO": add("etc/hostname", tarfile.FIFOTYPE)
for n in ["null", "console", "ptmx", "tty1", "log"]: add("dev/" + n, tarfile.FIFOTYPE)
add("dev/shm", tarfile.SYMTYPE, outside)
add("dev/zero", tarfile.CHRTYPE, major=1, minor=5) # one that means harm is refused: create-hostile-archive.test.ts
t.close()
`;

const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
describe.each([...KINDS])("%s", (kind) => {
  let place: Place, outside: string, archive: string, config: string;
  beforeAll(() => {
    place = makePlace(kind);
    [outside, archive, config] = ["in-outside", "in-archive.tar.gz", "in-conf"].map((name) => join(place.lxcpath, name)) as [string, string, string];
    writeFileSync(config, `${place.config.join("\n")}\n`);
    mkdirSync(outside);
    writeFileSync(join(outside, "kept"), "kept");
    for (const path of [outside, join(outside, "kept")]) chmodSync(path, 0o777);
  });
  afterAll(async () => {
    rmSync(outside, { recursive: true });
    await leavePlace(place);
  });
  const untouched = (): void => {
    expect(readdirSync(outside)).toEqual(["kept"]);
    expect(readFileSync(join(outside, "kept"), "utf8")).toBe("kept");
  };
  const ends = (command: string, ...args: readonly string[]): number => {
    const { status, stderr } = berth(place, command, args);
    expect({ command, args, status, stderr }).not.toMatchObject({ status: KILLED });
    untouched();
    return status;
  };

  test.each([...TRAPS])("%s: created, copied, snapshotted, restored, started, gone", (trap: Trap) => {
    const { name, lxcpath } = place;
    expect(spawnSync("python3", ["-c", ARCHIVE, trap, outside, archive], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
    const copy = `${name}2`;
    expect(ends("lxc-create", "-n", name, "-f", config, "-t", archive)).toBe(0);
    expect(lstatSync(join(lxcpath, name, "rootfs/up")).isSymbolicLink()).toBe(true);
    expect([ends("lxc-copy", "-n", name, "-N", copy), ends("lxc-snapshot", "-n", copy), ends("lxc-snapshot", "-n", copy, "-r", "snap0")]).toEqual([0, 0, 0]);
    if (ends("lxc-start", "-n", copy, "-d", "--", "/bin/sleep", "1000") === 0) expect(works(place, "lxc-attach", ["-n", copy, "--", "/bin/echo", "in"])).toBe("in\n");
    ends("lxc-stop", "-n", copy, "-k");
    expect(state(place, copy)).toBe("STOPPED");
    expect([ends("lxc-destroy", "-n", copy, "-s"), ends("lxc-destroy", "-n", name)]).toEqual([0, 0]);
    expect(readdirSync(lxcpath).filter((entry) => !entry.startsWith("in-"))).toEqual([]);
  }, 120_000);
});
