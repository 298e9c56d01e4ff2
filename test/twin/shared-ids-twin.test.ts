// lxc.namespace.share.user under Debian's lxc and under Berth: a container in the user namespace of a process, alone and with others of it.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lendRoot } from "../kernel/users.ts";
import { lookAtBoth, make, run, unmake } from "./sides.ts";
import type { Twin } from "./sides.ts";

const MAP = "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n";
const CONFIG = `lxc.uts.name = twin\nlxc.net.0.type = empty\nlxc.mount.auto = proc:mixed sys:mixed\nlxc.apparmor.profile = unconfined\nlxc.pty.max = 1024\n`;
const twin: Twin = { lxcpath: mkdtempSync(join(tmpdir(), "shared-ids-")), rootId: 100000 };
let giveBack = (): void => {};
let owner: ChildProcess;
const pid = (): number => owner.pid ?? 0;
const own = (name: string): string => readlinkSync(`/proc/${pid()}/ns/${name}`);

beforeAll(() => {
  giveBack = lendRoot("100000:65536");
  owner = spawn("unshare", ["-U", "-n", "-i", "-u", "sleep", "1000"], { stdio: "ignore" });
  while (!existsSync(`/proc/${pid()}/ns/user`) || own("user") === readlinkSync("/proc/self/ns/user") || readFileSync(`/proc/${pid()}/comm`, "utf8") !== "sleep\n") Bun.sleepSync(10);
  for (const file of ["uid_map", "gid_map"]) writeFileSync(`/proc/${pid()}/${file}`, "0 100000 65536");
});
afterAll(() => {
  owner.kill("SIGKILL");
  giveBack();
  rmSync(twin.lxcpath, { recursive: true });
});

function both(config: string, shared: readonly string[]): ReturnType<typeof lookAtBoth> {
  for (const which of ["theirs", "ours"] as const) make(twin, which, config);
  return lookAtBoth(twin, shared.flatMap((name) => ["-s", `lxc.namespace.share.${name}=${pid()}`]));
}

test.each([[["user"]], [["user", "net"]], [["user", "ipc", "uts", "net"]]])("%p of a process", (shared) => {
  try {
    const { theirs, ours } = both(`${CONFIG}${MAP}`, shared);
    expect([theirs.status, ours.status, ours.err]).toEqual([0, 0, ""]);
    expect(ours.seen).toEqual(theirs.seen ?? {});
    for (const which of ["theirs", "ours"] as const) {
      const init = run(twin, which, "lxc-info", ["-pH"]).out.trim();
      expect(["user", "net", "ipc", "uts", "mnt", "pid"].filter((name) => readlinkSync(`/proc/${init}/ns/${name}`) === own(name)).toSorted()).toEqual([...shared].toSorted());
    }
  } finally {
    unmake(twin);
  }
});
