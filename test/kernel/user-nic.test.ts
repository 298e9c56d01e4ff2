// lxc-user-nic against who would misuse it: what its predecessors fell to, each tried.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { OURS, as, call, clear, database, grants, hold, leaveNicRoom, links, makeNicRoom, words } from "./user-nic-room.ts";
import type { NicRoom } from "./user-nic-room.ts";
import { must, run } from "./net-room.ts";
import { ended, eventually } from "./place.ts";
import type { Ran } from "./place.ts";

let nics: NicRoom;
beforeAll(async () => { nics = await makeNicRoom(); });
afterEach(() => clear(nics));
afterAll(() => leaveNicRoom(nics));

/** Refused with these words, and nothing is there. */
function refused(ran: Ran, text: string): void {
  expect([ran.status, ran.stdout, ran.stderr, links(nics), database(nics)]).toEqual([1, "", expect.stringContaining(text), "", ""]);
  if (!text.startsWith("Quota")) expect(ran.stderr).not.toContain("uota");
}
const shell = (line: string, user = nics.user): Ran => run(as(nics, user), ["sh", "-c", line]);
const create = (more: Parameters<typeof words>[1] = {}): string => [OURS, ...words(nics, more)].join(" ");

test("into nobody else's network: not root's, not another user's, not the host's, not one that root gave him a process in", async () => {
  grants(nics, `${nics.user.name} veth br0 9\\n${nics.other.name} veth br0 9\\n`);
  refused(call(nics, words(nics, { pid: nics.room.worldPid })), "Permission denied");
  refused(call(nics, words(nics), { user: nics.other }), "Permission denied");
  const [own, given] = [await hold(nics, as(nics, nics.user), "exec sh -c"), await hold(nics, nics.room.into, `exec unshare -n setpriv --reuid ${nics.user.uid} --regid ${nics.user.gid} --clear-groups --reset-env sh -c`)];
  refused(call(nics, words(nics, { pid: own })), "has the network of this host");
  refused(call(nics, words(nics, { pid: given })), "its user namespace was made by another");
  expect(must(nics.room.world, "cut -d: -f1 /proc/net/dev")).not.toContain("eth");
});

test("in a user namespace below one of his, too", async () => {
  grants(nics, `${nics.user.name} veth br0 1\\n`);
  const inner = await hold(nics, as(nics, nics.user), "exec unshare -Ur unshare -Urn sh -c");
  expect(call(nics, words(nics, { pid: inner })).stdout).toMatch(/^eth0:\d+:veth/);
});

test("a pid is opened once, with the caller's rights: what becomes of it then does not matter", () => {
  grants(nics, `${nics.user.name} veth br0 1\\n`);
  const { stderr } = run(nics.room.into, ["strace", "-u", nics.user.name, OURS, ...words(nics)]);
  const lines = stderr.split("\n");
  const opened = lines.flatMap((line, at) => (line.includes(`/proc/${nics.pid}`) ? [at] : []));
  expect(opened).toHaveLength(1);
  const before = lines.slice(0, opened[0]).findLast((line) => /^set\w*[ug]id\w*\(/.test(line));
  expect(before).toMatch(new RegExp(`^setres?e?uid(32)?\\(.*${nics.user.uid}`));
  // and from before the database is touched, nobody but root can end it
  const shut = lines.findIndex((line) => line.startsWith("setresuid(0, 0, 0)"));
  expect(shut).toBeGreaterThan(0);
  expect(shut).toBeLessThan(lines.findIndex((line) => line.includes("/run/lxc/nics")));
});

test("words that are none are refused: pids, names, bridges, types, too few and too many", () => {
  grants(nics, `${nics.user.name} veth br0 9\\n${nics.user.name} veth up0 9\\n${nics.user.name} veth br9 9\\n${nics.user.name} macvlan br0 9\\n`);
  for (const pid of ["0", "-1", "", "1x", `${nics.pid}/../${nics.pid}`, " 1", "4294967297"]) refused(call(nics, words(nics, { pid })), "is no pid");
  refused(call(nics, words(nics, { pid: 999999999 })), "No such file or directory");
  for (const name of ["", "..", "a/b", "a b", "eth%d", "sixteen--letters", "a\nb", "e:1"]) refused(call(nics, words(nics, { nic: [name] })), "cannot be the name of an interface");
  for (const bridge of ["", "..", "../br0", "br0\nroot veth br0 9", "sixteen--letters"]) refused(call(nics, words(nics, { bridge })), "cannot be the name of a bridge");
  refused(call(nics, words(nics, { type: "macvlan" })), "only veth");
  refused(call(nics, words(nics, { bridge: "br9" })), "the bridge 'br9' does not exist");
  refused(call(nics, words(nics, { bridge: "up0" })), "'up0' is not a bridge");
  for (const args of [[], ["create"], ["create", "a", "b", String(nics.pid), "veth"], [...words(nics, { nic: ["eth0"] }), "more"], ["destroy", "a", "b", "1", "veth", "br0", "eth0"]]) refused(call(nics, args), "Usage: lxc-user-nic create");
});

test("a name that is taken in the container: nothing is left, and nothing is counted", () => {
  grants(nics, `${nics.user.name} veth br0 2\\n`);
  expect(call(nics, words(nics, { nic: ["eth0"] })).status).toBe(0);
  const before = [links(nics), database(nics)];
  const again = call(nics, words(nics, { nic: ["eth0"] }));
  expect([again.status, again.stderr, [links(nics), database(nics)]]).toEqual([1, "lxc-user-nic: the name 'eth0' is taken in the container\n", before]);
  expect(call(nics, words(nics)).stdout).toStartWith("eth1:");
});

test("who may have none, or no more: user, bridge, used, limit and the line to add", () => {
  grants(nics, "");
  refused(call(nics, words(nics)), `${nics.user.name} may have no veth on 'br0': no line of /etc/lxc/lxc-usernet grants one; the line to add there, as root: ${nics.user.name} veth br0 10`);
  must(nics.room.into, "rm /etc/lxc/lxc-usernet");
  refused(call(nics, words(nics)), "may have no veth on 'br0'");
  grants(nics, `${nics.user.name} veth br0 lots\\n`);
  refused(call(nics, words(nics)), "(line 1 there has no number in the fourth place)");
  grants(nics, `${nics.user.name} veth br0 1\\n`);
  expect(call(nics, words(nics)).status).toBe(0);
  expect(call(nics, words(nics)).stderr).toBe(`lxc-user-nic: Quota reached: ${nics.user.name} asks for one more veth on 'br0', and ${nics.user.name} uses 1 of 1; the line for one more in /etc/lxc/lxc-usernet, as root: ${nics.user.name} veth br0 2\n`);
});

test("many at once get no more than is granted", () => {
  grants(nics, `${nics.user.name} veth br0 3\\n@${nics.user.name} veth br0 2\\n`);
  const { stdout } = shell(`for i in $(seq 20); do ${create()} 2>/dev/null & done; wait`);
  expect(stdout.trim().split("\n")).toHaveLength(5);
  expect([links(nics).split("\n").length, database(nics).split("\n").length]).toEqual([5, 5]);
});

test("ended between the database and the interface, nothing exists that is not counted", () => {
  grants(nics, `${nics.user.name} veth br0 1\\n`);
  // the message that makes the pair is the last one that it sends before it asks for the numbers
  for (let when = 1; when <= 6; when++) {
    run(nics.room.into, ["strace", "-o", "/dev/null", "-u", nics.user.name, "-e", `inject=sendto:signal=KILL:when=${when}`, OURS, ...words(nics)]);
    const counted = database(nics).split("\n");
    for (const link of links(nics).split("\n").filter((name) => name !== "")) expect(counted).toContainEqual(expect.stringContaining(link));
    const next = call(nics, words(nics));
    expect([when, next.status, links(nics).split("\n").length]).toEqual([when, links(nics) === "" ? 1 : next.status, 1]);
    clear(nics);
  }
});

test("a caller who does not listen keeps nobody waiting, and has no interface", async () => {
  grants(nics, `${nics.user.name} veth br0 9\\n`);
  const before = shell(`${create()} | true; exec ${create()} >&-`);
  expect([before.stdout, links(nics)]).toEqual(["", expect.stringMatching(/^(veth\S+)?(\nveth\S+)?$/)]);
  clear(nics);
  const slow = spawn("env", [...as(nics, nics.user), "sh", "-c", `mkfifo $HOME/full 2>/dev/null; exec 3<>$HOME/full; timeout 1 cat /dev/zero >&3; echo full; exec ${create()} >&3`], { stdio: ["ignore", "pipe", "inherit"], env: { HOME: nics.user.home, PATH: "/usr/bin:/bin" } });
  await eventually("it waits for its reader", () => links(nics) !== "");
  expect(call(nics, words(nics)).status).toBe(0);
  slow.kill("SIGKILL"); // not his to end it: root's
  await ended(slow);
  must(nics.room.into, `rm -f ${nics.user.home}/full`);
});

test("no reader at all: the interface goes again", () => {
  grants(nics, `${nics.user.name} veth br0 9\\n`);
  const { stderr } = run(as(nics, nics.user), ["bash", "-c", `exec 3> >(exec true); wait $!; ${create()} >&3; echo status $? >&2`]);
  expect([stderr, links(nics)]).toEqual([expect.stringMatching(/cannot tell the interface's name: Broken pipe\nstatus 1/), ""]);
});

test("descriptors, limits, masks, signals, timers and the environment of the caller are none of its own", () => {
  grants(nics, `${nics.user.name} veth br0 99\\n`);
  const whole = (): boolean => database(nics).split("\n").every((line) => /^(\S+ veth br0 veth\S+)?$/.test(line));
  for (const line of ["exec <&- >&- 2>&-", "exec <&-", "exec 2>&-", "ulimit -Sf 0", "ulimit -Sn 4", "ulimit -St 1", "umask 0777", "trap '' HUP INT PIPE TERM XFSZ CHLD"]) {
    const ran = shell(`${line}; exec ${create()}`);
    expect([line, ran.stderr, whole()]).toEqual([line, "", true]);
    if (!line.includes(">&- 2")) expect([line, ran.stdout]).toEqual([line, expect.stringMatching(/^eth\d+:\d+:veth\S+:\d+\n$/)]);
  }
  const hard = shell(`ulimit -f 0; exec ${create()}`);
  expect([hard.status === 0 || hard.stderr.includes("the limit of file sizes (ulimit) is too low"), whole()]).toEqual([true, true]);
  expect(must(nics.room.into, "stat -c '%a %U' /run/lxc /run/lxc/nics")).toBe("755 root\n600 root");
  expect(run(nics.room.into, ["file", OURS]).stdout + must(nics.room.into, `readelf -d ${OURS} 2>&1 || true`)).not.toContain("NEEDED");
});

test("rights that it does not need are gone before it looks at a word", () => {
  grants(nics, `${nics.user.name} veth br0 1\\n`);
  const { stderr } = run(nics.room.into, ["strace", "-v", "-u", nics.user.name, "-e", "trace=capset,open,openat", OURS, ...words(nics)]);
  const sets = [...stderr.matchAll(/capset\(.*?permitted=([^,]*),/g)].map(([, set]) => set);
  expect(sets).toEqual(["1<<CAP_SETGID|1<<CAP_SETUID|1<<CAP_NET_ADMIN|1<<CAP_SYS_ADMIN", "1<<CAP_NET_ADMIN|1<<CAP_SYS_ADMIN"]);
  expect(stderr.indexOf("capset")).toBeLessThan(stderr.indexOf("/etc/passwd"));
});

test("a database that others can put a file in place of is not used; nor one that is no file", () => {
  grants(nics, `${nics.user.name} veth br0 1\\n`);
  for (const line of ["mkdir -m 1777 /run/lxc", "mkdir /run/lxc; ln -s /etc/lxc/stolen /run/lxc/nics", "mkdir /run/lxc; mkfifo /run/lxc/nics", `mkdir /run/lxc; touch /run/lxc/nics; chown ${nics.user.uid} /run/lxc/nics`]) {
    must(nics.room.into, `rm -rf /run/lxc; ${line}`);
    const ran = call(nics, words(nics));
    expect([line, ran.status, ran.stderr, links(nics)]).toEqual([line, 1, expect.stringContaining("cannot use /run/lxc/nics"), ""]);
    must(nics.room.into, "rm -rf /run/lxc; test ! -e /etc/lxc/stolen");
  }
});

test("ports of Open vSwitch: added and deleted by its program with an environment of ours, and only one's own", () => {
  grants(nics, `${nics.user.name} veth ovs0 1\\n${nics.other.name} veth ovs0 1\\n`);
  must(nics.room.into, "mount -t tmpfs tmpfs /usr/local/bin; printf '#!/bin/sh\\necho \"$@\" >> /run/ovs.log; env >> /run/ovs.env; ls /proc/self/fd | wc -w >> /run/ovs.fds' > /usr/local/bin/ovs-vsctl; chmod 755 /usr/local/bin/ovs-vsctl; ip link add ovs0 type veth peer name ovs1");
  const { stdout } = run([...as(nics, nics.user), "env", "EVIL=1", "LD_PRELOAD=/evil.so", `PATH=${nics.user.home}`], [OURS, ...words(nics, { bridge: "ovs0" })]);
  const host = stdout.split(":")[2] ?? "";
  const remove = (user = nics.user, name = host): Ran => call(nics, ["delete", "/path", "name", `/proc/${nics.pid}/ns/net`, "veth", "ovs0", name], { user });
  expect(remove(nics.other).stderr).toContain("Permission denied");
  expect(remove(nics.user, "ovs1").stderr).toContain("has no interface 'ovs1'");
  must(nics.room.into, `echo '${nics.user.name} veth ovs0 ovs1' >> /run/lxc/nics`);
  expect(remove(nics.user, "ovs1").stderr).toContain("has no interface 'ovs1'");
  expect(call(nics, ["delete", "/path", "name", "/etc/passwd", "veth", "ovs0", host]).stderr).toContain("/etc/passwd is no network namespace");
  expect(call(nics, ["delete", "/path", "name", `/proc/${nics.pid}/ns/net`, "veth", "br0", "eth0"]).stderr).toContain("goes with its container");
  expect([remove().status, links(nics)]).toEqual([0, ""]);
  expect(must(nics.room.into, "grep -v br-exists /run/ovs.log; cat /run/ovs.env; sort -u /run/ovs.fds; umount /usr/local/bin; ip link del ovs0")).toMatch(new RegExp(`^add-port ovs0 ${host}\ndel-port ovs0 ${host}\n(?!.*EVIL)(?!.*LD_PRELOAD)`, "s"));
});

test("without its bit it says so", () => {
  const ran = run(as(nics, nics.user), ["sh", "-c", `cp ${OURS} /tmp/nic-${nics.user.name}; /tmp/nic-${nics.user.name}; status=$?; rm /tmp/nic-${nics.user.name}; exit $status`]);
  expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining("it is not set-user-ID root")]);
});
