// A value that the kernel, or the language, refuses: the message names the file and line, the key and the kernel's reason, and
// nothing is left. Each key of the table has such a value, or it is said why it has none.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findKey, rows } from "../../src/config/table.ts";
import { NEVER, OTHER_COMMANDS, REFUSED, REFUSED_NETWORK, WARNED } from "./bad-values-cases.ts";
import { leaksAtLast, snapshot } from "./leaks.ts";
import { leaveRoom, makeRoom, must } from "./net-room.ts";
import type { Room } from "./net-room.ts";
import { berth, create, DIST, leavePlace, makePlace } from "./place.ts";
import type { Place, Ran } from "./place.ts";

let place: Place;
beforeAll(() => {
  place = makePlace("root-owned");
  create(place);
});
afterAll(async () => {
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
});

/** Runs with the line as the config's last, and with others before it in place of the network. */
function withLine(line: string, run: () => Ran, network?: readonly string[]): { readonly ran: Ran; readonly at: string } {
  const config = join(place.lxcpath, place.name, "config");
  const text = readFileSync(config, "utf8");
  const begin = network === undefined ? text : `${text.replaceAll(/^lxc\.net.*\n/gm, "")}${network.map((one) => `${one}\n`).join("")}`;
  writeFileSync(config, begin);
  appendFileSync(config, `${line}\n`);
  const ran = run();
  writeFileSync(config, text);
  return { ran, at: `config:${begin.split("\n").length}` };
}

async function isRefused(words: readonly string[], run: () => { readonly ran: Ran; readonly at: string }): Promise<void> {
  const before = snapshot(place.watch);
  const { ran, at } = run();
  expect(ran.status === 1 || ran.status === 255 ? "refused" : `status ${ran.status}: ${ran.stderr}`).toBe("refused");
  for (const word of [at, ...words]) expect(ran.stderr).toContain(word);
  expect(await leaksAtLast(before, place.watch)).toEqual([]);
}
const start = (where: Place = place): Ran => berth(where, "lxc-start", ["-n", place.name, "-d"]);

test("each key of the table has a value that is refused, or told why it has none", () => {
  const keys = [...REFUSED, ...WARNED].map(([key]) => key).concat(REFUSED_NETWORK.map(([, key]) => key), OTHER_COMMANDS.map(([, , key]) => key));
  const covered = new Set(keys.map((key) => findKey(key)?.row.key));
  expect(rows.map(({ key }) => key).filter((key) => covered.has(key) === (NEVER[key] !== undefined))).toEqual([]);
  expect(Object.keys(NEVER).filter((key) => !rows.some((row) => row.key === key))).toEqual([]);
});

test.each([...REFUSED])("%s = %s", (key, value, reason) => isRefused([key, reason], () => withLine(`${key} = ${value}`, start)));

test.each([...WARNED])("a warning: %s = %s", (key, value, reason) => {
  const { ran, at } = withLine(`${key} = ${value}`, start);
  berth(place, "lxc-stop", ["-n", place.name, "-k"]);
  expect(ran.status).toBe(0);
  for (const word of [at, key, reason]) expect(ran.stderr).toContain(word);
});

test.each([...OTHER_COMMANDS])("%s %p, %s = %s", (command, more, key, value, reason) => {
  const run = (): ReturnType<typeof withLine> => withLine(`${key} = ${value}`, () => berth(place, command, ["-n", place.name, ...more.map((word) => word.replace("NAME", place.name))]));
  // the line is one of the copy's own config
  return isRefused([key, reason], () => (command === "lxc-copy" ? { ...run(), at: `${place.name}2/config:` } : run()));
});

describe("of an interface", () => {
  let room: Room;
  beforeAll(async () => {
    room = await makeRoom();
    must(room.into, "ip link add br0 type bridge");
  });
  afterAll(() => leaveRoom(room));

  test.each([...REFUSED_NETWORK])("%s: %s = %s", (type, key, value, reason) => isRefused([key, reason], () =>
    withLine(`${key} = ${value}`, () => start({ ...place, into: room.into }), [`lxc.net.0.type = ${type}`, `lxc.net.0.link = ${type === "veth" ? "br0" : "up0"}`, "lxc.net.0.flags = up"])));

  test("an interface that is none has no MTU: as in LXC it starts, berth config lint tells", () => {
    const { ran } = withLine("lxc.net.0.mtu = 15", () => { const { stdout, stderr, status } = berth(place, "berth", ["config", "lint", place.name, "-P", place.lxcpath]); return { stdout, stderr, status }; });
    expect(ran.stdout + ran.stderr).toMatch(/lxc\.net\.0\.mtu/);
  });
});

test("the host's name is not the container's to set: not where its uts namespace is the host's", () => {
  const config = join(place.lxcpath, place.name, "config");
  const text = readFileSync(config, "utf8");
  writeFileSync(config, `${text.replaceAll(/^lxc\.idmap.*\n/gm, "")}lxc.namespace.keep = uts\nlxc.uts.name = inner\n`);
  const line = `hostname outer; ${join(DIST, "bin/lxc-start")} -P ${place.lxcpath} -n ${place.name} -d -- /bin/sleep 1000; hostname; ${join(DIST, "bin/lxc-stop")} -P ${place.lxcpath} -n ${place.name} -k`;
  const { stdout, stderr } = spawnSync("unshare", ["--uts", "sh", "-c", line], { encoding: "utf8" });
  writeFileSync(config, text);
  expect(stdout).toBe("outer\n");
  expect(stderr).toContain("the host name 'inner' is not set");
});
