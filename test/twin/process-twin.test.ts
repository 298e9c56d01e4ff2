// Configs about the process that becomes init, its walls and its surroundings, each under Debian's lxc and under Berth:
// what the kernel says of the two inits is the same, or docs/differences.md has the reason.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { delegate, lendRoot, makeUser, removeUser } from "../kernel/users.ts";
import type { User } from "../kernel/users.ts";
import { lookAtBoth, make, unmake } from "./sides.ts";
import type { Twin } from "./sides.ts";

const PATIENCE_MS = 120_000;
const BASE = "lxc.net.0.type = empty\nlxc.tty.max = 1\nlxc.pty.max = 8\n";
const IDLE = "lxc.init.cmd = /bin/sleep 1000\n";

/** title, config, words after lxc-start */
type Row = readonly [title: string, config: string, words?: readonly string[]];
const ROWS: readonly Row[] = [
  ["nothing but a network", ""],
  ["init.cmd with several arguments", "lxc.init.cmd = /bin/busybox sleep 1000\n"],
  ["a command in the place of init", "", ["--", "/bin/sleep", "999"]],
  ["init.cwd", `${IDLE}lxc.init.cwd = /srv/deep\n`],
  ["init.uid and init.gid", `${IDLE}lxc.init.uid = 7\nlxc.init.gid = 8\n`],
  ["init.groups", `${IDLE}lxc.init.groups = 10,20\nlxc.init.groups = 30\n`],
  ["environment", `${IDLE}lxc.environment = A=1\nlxc.environment = B=two words\nlxc.environment = HOME\nlxc.environment = A=2\n`],
  ["prlimit", `${IDLE}lxc.prlimit.nofile = 256:512\nlxc.prlimit.core = 0\nlxc.prlimit.nproc = 900\nlxc.prlimit.memlock = 65536\nlxc.prlimit.stack = 4194304:unlimited\n`],
  ["proc", `${IDLE}lxc.proc.oom_score_adj = 100\n`],
  ["sysctl of the network", `${IDLE}lxc.sysctl.net.ipv4.ip_forward = 1\n`],
  ["personality of 32 bit", `${IDLE}lxc.arch = i686\n`],
  ["personality of 64 bit", `${IDLE}lxc.arch = amd64\n`],
  ["no_new_privs", `${IDLE}lxc.no_new_privs = 1\n`],
  ["host name", `${IDLE}lxc.uts.name = some-name.example\n`],
  ["no session keyring of its own", `${IDLE}lxc.keyring.session = 0\n`],
  ["offsets of time", `${IDLE}lxc.time.offset.boot = 1h\nlxc.time.offset.monotonic = 5m\n`],
  ["capabilities dropped", `${IDLE}lxc.cap.drop = sys_module mknod\nlxc.cap.drop = net_raw\n`],
  ["capabilities kept", `${IDLE}lxc.cap.keep = sys_chroot kill setuid setgid sys_admin\n`],
  ["no capability kept", `${IDLE}lxc.cap.keep = none\n`],
  ["a dropped list emptied", `${IDLE}lxc.cap.drop = mknod\nlxc.cap.drop =\n`],
  ["seccomp, version 2", `${IDLE}lxc.seccomp.profile = DIRECTORY/v2\n`],
  ["seccomp, version 1", `${IDLE}lxc.seccomp.profile = DIRECTORY/v1\n`],
  ["namespaces kept: ipc and uts", `${IDLE}lxc.namespace.keep = ipc uts KEPT\n`],
  ["namespaces kept: net", `${IDLE}lxc.net.0.type =\nlxc.namespace.keep = net KEPT\n`],
  ["namespaces named one by one", `${IDLE}lxc.namespace.clone = mnt pid uts net CLONED\n`],
  ["the host's network", `${IDLE}lxc.net.0.type = none\n`],
  ["monitor.unshare", `${IDLE}lxc.monitor.unshare = 1\n`],
  ["monitor.signal.pdeath", `${IDLE}lxc.monitor.signal.pdeath = SIGTERM\n`],
  ["core scheduling off", `${IDLE}lxc.sched.core = 0\n`],
  ["autodev off", `${IDLE}lxc.autodev = 0\n`],
  ["size of /dev", `${IDLE}lxc.autodev.tmpfs.size = 1000000\n`],
  ["terminals in a directory", `${IDLE}lxc.tty.dir = lxc\nlxc.tty.max = 3\n`],
  ["no terminals", `${IDLE}lxc.tty.max = 0\nlxc.pty.max = 16\n`],
  ["no pty but the console's", `${IDLE}lxc.pty.max = 0\nlxc.tty.max = 0\n`],
  ["one pty", `${IDLE}lxc.pty.max = 1\nlxc.tty.max = 0\n`],
  ["a pty for each terminal", `${IDLE}lxc.pty.max = 2\nlxc.tty.max = 1\n`],
  ["user namespace kept", `${IDLE}lxc.namespace.keep = user\n`],
  ["proc writable", `${IDLE}lxc.mount.auto = proc:rw sys\n`],
  ["cgroup read-only", `${IDLE}lxc.mount.auto = proc:mixed sys:mixed cgroup:ro\n`],
  ["cgroup writable", `${IDLE}lxc.mount.auto = proc:mixed sys:mixed cgroup:rw:force\n`],
  ["whole cgroups", `${IDLE}lxc.mount.auto = proc:mixed sys:mixed cgroup-full:mixed\n`],
  ["what Debian's files ask for", `lxc.include = /usr/share/lxc/config/common.conf\nlxc.tty.max = 4\n`],
  ["a cgroup directory of its own", `${IDLE}lxc.cgroup.dir = berth-twin/NAME\n`],
  ["descriptors closed", IDLE, ["-C"]],
  // what guides to LXC have told their readers to write
  ["a guide: a bind of the host's files, said to be read-only", `${IDLE}lxc.mount.entry = /usr/share srv/deep none defaults,bind,create=dir 0 0\n`],
  ["a guide: descriptors for a web server", `${IDLE}lxc.prlimit.nofile = 1024\n`],
  ["a guide: a whole config of old, in today's words", `${IDLE}lxc.uts.name = u1\nlxc.tty.max = 4\nlxc.pty.max = 1024\nlxc.cap.drop = sys_module mac_admin mac_override sys_time\nlxc.mount.auto = proc sys cgroup\nlxc.apparmor.profile = unconfined\nlxc.start.auto = 1\nlxc.group = onboot\n`],
  ["a guide: a whole config of old, in its own words", `${IDLE}lxc.uts.name = u1\nlxc.tty.max = 4\nlxc.pty.max = 1024\nlxc.cap.drop = sys_module mac_admin\nlxc.cap.drop = mac_override sys_time\nlxc.mount.auto = proc sys\nlxc.apparmor.profile = unconfined\nlxc.environment = A=b\n`],
  ["a guide: no line about a network", `${IDLE}NOTHING\n`],
  ["a guide: a limit of memory", `${IDLE}lxc.cgroup.memory.limit_in_bytes = 256M\n`],
];

const work = mkdtempSync(join(tmpdir(), "process-twin-"));
writeFileSync(join(work, "v2"), "2\ndenylist\nreject_force_umount\n[all]\nkexec_load errno 1\ninit_module errno 1\n");
writeFileSync(join(work, "v1"), `1\nallowlist\n${Array.from({ length: 470 }, (_, call) => call).filter((call) => call !== 175).join("\n")}\n`);
for (const file of ["", "v1", "v2"]) chmodSync(join(work, file), 0o755);

/** LXC takes `keep` and `clone` by the letter: without `user` in keep, a privileged container gets an empty user namespace and fails. */
const namespaces = (config: string, isMapped: boolean): string => config.replace(" KEPT", isMapped ? "" : " user").replace(" CLONED", isMapped ? " user" : "");

/** Names of LXC 2 and older, which LXC 5 refuses: there it gets today's. */
const OLD: readonly (readonly [string, string])[] = [
  ["lxc.uts.name", "lxc.utsname"], ["lxc.tty.max", "lxc.tty"], ["lxc.pty.max", "lxc.pts"], ["lxc.apparmor.profile", "lxc.aa_profile"], ["lxc.net.0.", "lxc.network."], ["lxc.idmap", "lxc.id_map"], ["lxc.init.cmd", "lxc.init_cmd"],
];
const inOldWords = (config: string): string => OLD.reduce((text, [today, then]) => text.replaceAll(`${today}`, then), config);

interface Difference { readonly topic: string; readonly why: string }
/** Per row: what Berth shows otherwise, on purpose; docs/differences.md tells it too. A difference that is none any more fails. */
const DIFFERENCES: Readonly<Record<string, readonly Difference[]>> = {
  "autodev off": [{ topic: "dev", why: "/dev/console is 0600 there too" }],
  "no pty but the console's": [{ topic: "mounts", why: "LXC mounts no devpts, and takes the console from the host's" }, { topic: "dev", why: "the same" }, { topic: "descriptors", why: "the same" }],
  "one pty": [{ topic: "mounts", why: "LXC takes the console from the host's devpts; here it has one more pty for it" }, { topic: "dev", why: "the same" }, { topic: "descriptors", why: "the same: a terminal of the host's is not init's, it has /dev/null" }],
};
const MAPPED_DIFFERENCES: Readonly<Record<string, readonly Difference[]>> = {
  "user namespace kept": [{ topic: "refused", why: "root's LXC forgets the id map, so init is root of the host; a user's fails" }],
  "init.groups": [{ topic: "status", why: "LXC loses lxc.init.groups where there is an id map" }],
};

const USER_DIFFERENCES: Readonly<Record<string, readonly Difference[]>> = {
  proc: [{ topic: "started", why: "LXC does not start: it writes the file with rights that a user has not" }],
  "cgroup writable": [{ topic: "mounts", why: "LXC makes a user no cgroup in the unified hierarchy of a hybrid host" }],
};

interface Kind { readonly twinOf: () => Twin; readonly idmap: string; readonly isUser?: boolean; /** Titles; undefined: all rows. */ readonly only?: readonly string[] }
function compare({ twinOf, idmap, isUser = false, only }: Kind): void {
  test.each(ROWS.filter(([title]) => only?.includes(title) !== false).map((row) => [row[0], row] as const))("%s", (title, [, config, words]) => {
    const twin = twinOf();
    const whole = `${BASE}${idmap}${namespaces(config, idmap !== "").replaceAll("DIRECTORY", work)}`.replace(/^lxc\.net\.0\.type.*\n([^]*)NOTHING\n/m, "$1");
    const different = [...(DIFFERENCES[title] ?? []), ...(idmap === "" ? [] : MAPPED_DIFFERENCES[title] ?? []), ...(isUser ? USER_DIFFERENCES[title] ?? [] : [])].map(({ topic }) => topic);
    try {
      for (const which of ["theirs", "ours"] as const) make(twin, which, which === "ours" && title.endsWith("in its own words") ? inOldWords(whole) : whole);
      const { theirs, ours } = lookAtBoth(twin, words);
      if (different.includes("refused")) { expect([theirs.status, ours.status]).toEqual([isUser ? 1 : 0, 1]); return; }
      if (different.includes("started")) { expect([theirs.status === 0, ours.status]).toEqual([false, 0]); return; }
      expect({ status: ours.status, err: ours.status === theirs.status ? "" : ours.err }).toEqual({ status: theirs.status, err: "" });
      for (const topic of Object.keys(theirs.seen ?? {})) {
        if (different.includes(topic)) expect(ours.seen?.[topic]).not.toEqual(theirs.seen?.[topic]);
        else expect({ [topic]: ours.seen?.[topic] }).toEqual({ [topic]: theirs.seen?.[topic] });
      }
    } finally {
      unmake(twin);
    }
  }, PATIENCE_MS);
}

describe("privileged", () => compare({ twinOf: () => ({ lxcpath: join(work, "p"), rootId: 0 }), idmap: "" }));

describe("root-owned", () => {
  let giveBack = (): void => {};
  beforeAll(() => { giveBack = lendRoot("100000:65536"); });
  afterAll(() => giveBack());
  compare({ twinOf: () => ({ lxcpath: join(work, "r"), rootId: 100000 }), idmap: "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n" });
});

describe("single ids, as a guide has them", () => {
  const lent: (() => void)[] = [];
  const idmap = "lxc.idmap = u 0 2001 1\nlxc.idmap = u 1000 2002 1\nlxc.idmap = g 0 2001 1\nlxc.idmap = g 1000 2002 1\n";
  beforeAll(() => { for (const range of ["2001:1", "2002:1"]) lent.push(lendRoot(range)); });
  afterAll(() => { for (const giveBack of lent.toReversed()) giveBack(); });
  compare({ twinOf: () => ({ lxcpath: join(work, "s"), rootId: 2001 }), idmap, only: ["nothing but a network", "environment", "what Debian's files ask for", "proc writable"] });
});

describe("user-owned", () => {
  let user: User | undefined;
  beforeAll(() => {
    user = makeUser(`bt${process.pid.toString(36)}tw`, { subuid: ["300000:65536"], subgid: ["300000:65536"] });
    delegate(user);
    mkdirSync(join(work, "u"));
  });
  afterAll(() => { if (user !== undefined) removeUser(user); });
  compare({ twinOf: () => ({ lxcpath: join(work, "u"), rootId: 300000, ...(user === undefined ? {} : { user }) }), idmap: "lxc.idmap = u 0 300000 65536\nlxc.idmap = g 0 300000 65536\n", isUser: true });
});

afterAll(() => rmSync(work, { recursive: true, force: true }));
