// lxc-user-nic beside Debian's: the same calls, the same output, interfaces and database. Random letters are taken out.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { DEBIANS, OURS, as, call, clear, database, grants, leaveNicRoom, links, makeNicRoom, words } from "../kernel/user-nic-room.ts";
import type { NicRoom } from "../kernel/user-nic-room.ts";
import { must, run } from "../kernel/net-room.ts";

let nics: NicRoom;
beforeAll(async () => { nics = await makeNicRoom(); });
afterAll(() => leaveNicRoom(nics));

const veiled = (text: string): string => text.replaceAll(/(veth\d+_)\w{4}/g, "$1XXXX");
/** What each of the two does on a host that is as it was. */
function both<T>(look: (program: string) => T): { readonly ours: T; readonly theirs: T } {
  const [theirs, ours] = [DEBIANS, OURS].map((program) => { clear(nics); return look(program); });
  clear(nics);
  return { ours: ours as T, theirs: theirs as T };
}

test("what is made: the answer, both ends with their MTU, master and state, the database and its mode", () => {
  grants(nics, `${nics.user.name} veth br0 9\\n${nics.user.name} veth none 9\\n`);
  const { ours, theirs } = both((program) => {
    const said = [["eth0"], [], ["lan5"], []].map((nic) => call(nics, words(nics, { nic }), { program })).concat([call(nics, words(nics, { bridge: "none" }), { program })]);
    const answers = said.map(({ status, stdout, stderr }) => [status, veiled(stdout).replaceAll(/:\d+/g, ":N"), stderr]);
    const ends = veiled(must(nics.room.into, "for l in $(ls /sys/class/net | grep ^veth | sort); do cd /sys/class/net/$l; echo $l $(cat mtu flags) $(cut -c1-2 address) $(readlink master); done")).split("\n").toSorted();
    const inside = must([...as(nics, nics.user), "nsenter", "-t", String(nics.pid), "-U", "-n", "--preserve-credentials"], "ip -o link show type veth | sed 's/^[0-9]*: //; s/@.*mtu/ mtu/; s/ link.ether.*//'").split("\n").toSorted();
    const numbers = said.map(({ stdout }) => { const [, , host = "", index = ""] = stdout.trim().split(":"); return must(nics.room.into, `cat /sys/class/net/${host}/ifindex`) === index; });
    return { answers, ends, inside, numbers, database: veiled(database(nics)), mode: must(nics.room.into, "stat -c '%a %u' /run/lxc /run/lxc/nics") };
  });
  expect(ours).toEqual(theirs);
  expect(ours.answers.map(([status]) => status)).toEqual([0, 0, 0, 0, 0]);
});

test("what lines of /etc/lxc/lxc-usernet grant", () => {
  const { name, uid } = nics.user;
  const lines = [
    "NAME veth br0 2\\n", "NAME veth br0 2", "NAME veth br0 2\\nNAME veth br0 1\\n", "NAME veth br0 1\\nNAME veth br0 2\\n", "@NAME veth br0 2\\n", "NAME veth br0 1\\n@NAME veth br0 2\\n", "@NAME veth br0 2\\nNAME veth br0 1\\n",
    "# c\\nNAME veth br0 1\\n", "  # c\\n\\nNAME veth br0 1\\n", "NAME  veth  br0   1  \\n", "NAME veth br0 1 extra\\n", "NAME veth br0\\nNAME veth br0 1\\n", "NAME veth br0 x\\nNAME veth br0 1\\n", "NAME veth br0 -1\\n", "NAME veth br0 0x2\\n",
    "NAME veth br0 0\\nNAME veth br0 1\\n", "NAME macvlan br0 1\\nNAME veth br0 1\\n", "other veth br0 1\\nNAME veth br0 1\\n", "NAME veth br01 5\\n", "NAMEx veth br0 5\\n", "NAME veth br0 1\\r\\n", "NAME veth * 1\\n", "NAME,@root veth br0 1\\n", "* veth br0 1\\n", "UID veth br0 1\\n",
  ].map((line) => line.replaceAll("NAME", name).replaceAll("UID", String(uid)));
  const granted = (program: string) => lines.map((line) => {
    grants(nics, line);
    const statuses = [1, 2, 3].map(() => call(nics, words(nics), { program }).status);
    const found = [line, statuses, veiled(links(nics).split("\n").toSorted().join(" ")), veiled(database(nics))];
    clear(nics);
    return found;
  });
  const { ours, theirs } = both(granted);
  // an empty database is no file here, and an empty one there
  expect(ours).toEqual(theirs);
});

test("each counts what the other has made", () => {
  grants(nics, `${nics.user.name} veth br0 3\\n`);
  clear(nics);
  const statuses = [DEBIANS, OURS, DEBIANS, OURS, DEBIANS].map((program) => call(nics, words(nics), { program }).status);
  expect([statuses, links(nics).split("\n").length]).toEqual([[0, 0, 0, 1, 1], 3]);
  // one that has gone is counted no more
  must(nics.room.into, `ip link del ${links(nics).split("\n")[0]}`);
  expect([OURS, DEBIANS].map((program) => call(nics, words(nics), { program }).status)).toEqual([0, 1]);
  clear(nics);
});

test("what is refused, is refused by both", () => {
  grants(nics, `${nics.user.name} veth br0 1\\n${nics.user.name} veth br9 1\\n${nics.user.name} veth none 1\\n`);
  const calls: readonly (readonly string[])[] = [
    [], ["create"], ["destroy", "/p", "n", String(nics.pid), "veth", "br0", "eth0"], words(nics, { pid: "abc" }), words(nics, { pid: 1 }), words(nics, { pid: 999999999 }), words(nics, { bridge: "br1" }), words(nics, { bridge: "br9" }), words(nics, { type: "vlan" }),
    ["delete", "/p", "n", `/proc/${nics.pid}/ns/net`, "veth", "br0", "eth0"],
  ];
  const { ours, theirs } = both((program) => calls.map((args) => { const { status, stdout } = call(nics, args, { program }); return [args.join(" "), status, stdout, links(nics), database(nics)]; }));
  expect(ours).toEqual(theirs);
  // a group that does not exist ends theirs
  grants(nics, `@nosuchgroup veth br0 1\\n${nics.user.name} veth br0 1\\n`);
  expect(run(as(nics, nics.user), [OURS, ...words(nics)]).status).toBe(0);
  clear(nics);
});
