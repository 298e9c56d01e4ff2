// lxc-start -F on a terminal: the key of --escape and then q leave the container running in the background; without it Ctrl+a
// does, and with none nothing does; any other key goes to the console.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { Scratch } from "./engine-run.ts";
import { argvFor, berth, create, DIST, leavePlace, makePlace, state, works } from "./place.ts";
import type { Place } from "./place.ts";
import { CommandSession } from "./terminal.ts";

const PATIENCE_MS = 60_000;
let place: Place;
beforeAll(() => {
  place = makePlace("root-owned");
  create(place);
}, PATIENCE_MS);
afterAll(async () => {
  berth(place, "lxc-destroy", ["-f", "-n", place.name]);
  await leavePlace(place);
}, PATIENCE_MS);

const TALK = "echo ready; while read line; do echo \"<$line>\" | tr '\\001' '^'; done";
const open = (scratch: Scratch, words: readonly string[]): CommandSession => new CommandSession(scratch, argvFor(place, [join(DIST, "bin/lxc-start"), "-P", place.lxcpath, "-n", place.name, "-F", ...words, "--", "sh", "-c", TALK]));

test.each([["--escape b", ["--escape", "b"], "\x02q", "\x01q\r", "<^q>"], ["without it", [], "\x01q", "plain\r", "<plain>"]] as const)("%s", async (_, words, leave, others, seen) => {
  using scratch = new Scratch();
  const s = open(scratch, words);
  await s.shows("ready");
  s.type(others);
  await s.shows(seen);
  s.type(leave);
  expect(await s.end()).toMatchObject({ status: 0, isRestored: true });
  expect(state(place)).toBe("RUNNING");
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
}, PATIENCE_MS);

test("--escape none: both keys go to the console, which ends the command when it ends", async () => {
  using scratch = new Scratch();
  const s = open(scratch, ["--escape", "none"]);
  await s.shows("ready");
  s.type("\x01q\r");
  await s.shows("<^q>");
  expect(state(place)).toBe("RUNNING");
  s.type("\x04");
  expect((await s.end()).isRestored).toBe(true);
  expect(state(place)).toBe("STOPPED");
}, PATIENCE_MS);
