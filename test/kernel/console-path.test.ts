// lxc.console.path: a file takes all that the console says and is added to, also over a reboot; with none there is no console.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, eventually, initPid, inside, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Kind } from "./place.ts";

const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
const PROMPT = "Please press Enter to activate this console.";

describe.each(KINDS)("%s", (kind) => {
  const place = makePlace(kind);
  const file = join(place.lxcpath, "said");
  const prompts = (): number => readFileSync(file, "utf8").split(PROMPT).length - 1;
  const stop = (): void => { works(place, "lxc-stop", ["-n", place.name, "-k"]); };
  beforeAll(() => create(place));
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
  });

  test("a file is made, its owner's alone, and added to by the next run and over a reboot", async () => {
    start(place, ["-c", file]);
    await eventually("the console has spoken", () => prompts() === 1);
    const { mode, uid } = statSync(file);
    expect([mode & 0o777, uid]).toEqual([0o600, place.user?.uid ?? 0]);
    stop();
    start(place, ["-s", `lxc.console.path=${file}`]);
    await eventually("it is added to", () => prompts() === 2);
    const first = initPid(place);
    berth(place, "lxc-attach", ["-n", place.name, "--", "reboot", "-f"]);
    await eventually("it runs again", () => state(place) === "RUNNING" && initPid(place) !== first);
    await eventually("and speaks to the same file", () => prompts() === 3);
    inside(place, "echo by hand > /dev/console");
    await eventually("what is written to /dev/console is there", () => readFileSync(file, "utf8").includes("by hand"));
    stop();
  });

  test("none: no /dev/console, nobody to connect to, and the container runs", () => {
    writeFileSync(file, "");
    start(place, ["-c", "none"]);
    expect(inside(place, "ls /dev/console 2> /dev/null || echo none")).toBe("none");
    const ran = berth(place, "lxc-console", ["-n", place.name, "-t", "0"]);
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining("console")]);
    stop();
  });
});
