// Restore in place on volumes of lvm, thin and plain, and on images of rbd, killed before each start of its engine and before each
// call of a tool: afterwards there is the old state or the new one, and the next command, whichever it is, goes on and cleans.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, eventually, inside, works } from "../kernel/place.ts";
import type { Place } from "../kernel/place.ts";
import { isRestoring, makeVolumeRoom, type VolumeRoom, type VolumeTools } from "../kernel/volume-tools.ts";
import { makeKiller, type Killer } from "./kill-steps.ts";

const PATIENCE_MS = 170_000;
let place: Place;
let tools: VolumeTools;
let leave: VolumeRoom["leave"];
let killer: Killer;
beforeAll(async () => {
  ({ place, tools, leave } = await makeVolumeRoom());
  killer = makeKiller(place, ["c.conf", "volumes"]);
  writeFileSync(join(place.lxcpath, "c.conf"), "lxc.net.0.type = empty\n");
}, PATIENCE_MS);
afterAll(() => leave(), PATIENCE_MS);

const STORES = [["lvm, thin", ["-B", "lvm", "--thinpool", "pool"]], ["lvm, plain", ["-B", "lvm", "--thinpool", "none"]], ["rbd", ["-B", "rbd"]]] as const;
test.each([...STORES])("%s", async (store, words) => {
  const { name } = place;
  const write = (text: string): void => expect(berth(place, "berth", ["cp", "-P", place.lxcpath, "-", `${name}:/mark`], { input: text }).stderr).toBe("");
  const read = (): string => works(place, "berth", ["cp", "-P", place.lxcpath, `${name}:/mark`, "-"]);
  const records = (): readonly string[] => readdirSync(join(place.lxcpath, name, ".berth")).filter(isRestoring);
  const restore = ["lxc-snapshot", "-n", name, "-r", "snap0"];
  // whoever comes next: a start, a change of its config, a snapshot, a file taken out of it
  const nexts: readonly (() => Promise<string>)[] = [
    async () => {
      await patiently("lxc-start", ["-n", name]);
      const text = inside(place, "cat /mark");
      works(place, "lxc-stop", ["-n", name, "-k"]);
      return text;
    },
    async () => {
      await patiently("berth", ["config", "set", "-P", place.lxcpath, name, "lxc.environment=LATER=1"]);
      const text = read();
      expect([text, readFileSync(join(place.lxcpath, name, "config"), "utf8")]).toEqual([text, expect.stringContaining("lxc.environment = LATER=1")]);
      return text;
    },
    async () => {
      await patiently("lxc-snapshot", ["-n", name]);
      works(place, "lxc-snapshot", ["-n", name, "-d", "snap1"]);
      return read();
    },
    () => patiently("berth", ["cp", "-P", place.lxcpath, `${name}:/mark`, "-"]),
  ];
  works(place, "lxc-create", ["-n", name, "-f", join(place.lxcpath, "c.conf"), "-t", "busybox", "--fssize", "16M", ...words, ...(store === "rbd" ? ["--rbdpool", tools.group] : ["--vgname", tools.group])]);
  write("one");
  works(place, "lxc-snapshot", ["-n", name]);
  write("two");
  let turn = 0;
  const states = new Set<string>();
  const look = async (): Promise<void> => {
    const text = await nexts[turn++ % nexts.length]?.() ?? "";
    states.add(text);
    expect(["one", "two"]).toContain(text);
    await killer.again(restore);
    expect([read(), tools.names(), records()]).toEqual(["one", [name, `${name}_snap0`], []]);
    write("two");
  };
  await killer.each(3, restore, look);
  for (let step = 1; ; step++) {
    tools.killAt(step);
    killer.at(0, restore);
    const isLast = tools.steps() < step;
    tools.killAt(0);
    if (isLast) break;
    await look();
  }
  expect(states).toEqual(new Set(["one", "two"]));
  works(place, "lxc-destroy", ["-n", name, "-s"]);
  expect([tools.names(), killer.left()]).toEqual([[], []]);
}, PATIENCE_MS);

/** A tool of the one that was killed may not have ended yet. */
async function patiently(command: string, args: readonly string[]): Promise<string> {
  let stdout = "";
  await eventually(`${command} ${args.join(" ")}`, () => {
    const ran = berth(place, command, args);
    stdout = ran.stdout;
    expect(ran.status === 0 ? "" : ran.stderr).toMatch(/^$|right now/);
    return ran.status === 0;
  });
  return stdout;
}
