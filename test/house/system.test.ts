// What the runner of the system checks makes of their output: a file that ends early, has no checks, or sees other powers fails.
import { expect, test } from "bun:test";
import { leftToTestSystem, readSums } from "../../scripts/full-systems.ts";
import { belongs, checkFiles, readOutcome } from "../../scripts/system/checks-run.ts";
import { inAttempts, mirrorIn } from "../../scripts/system/image.ts";
import { KINDS, nameOf } from "../../scripts/system/layouts.ts";
import { changedPowers, recordedPowers } from "../../scripts/system/powers.ts";

test("checks are counted, and nothing that went wrong passes", () => {
  const good = readOutcome("ok one\npower alice:su start RUNNING\nok two\ndone\n", 0);
  expect(good).toMatchObject({ passed: 2, failed: [], powers: [{ context: "alice:su", what: "start", word: "RUNNING" }] });
  expect(readOutcome("ok one\nnot ok two\n    | why\ndone\n", 0).failed).toEqual(["two"]);
  expect(readOutcome("ok one\n", 0).failed).toEqual(["the file ended early (status 0)"]);
  expect(readOutcome("ok one\ndone\n", 124).failed).toEqual(["the file ended early (status 124)"]);
  expect(readOutcome("done\n", 0).failed).toEqual(["the file has no checks"]);
});

test("a power that is another one than recorded, new or gone is told; users of files that did not run are left out", () => {
  const recorded = { "bookworm-v2": { "alice:su": { start: "RUNNING", memory: "in force" }, "dave:su": { start: "RUNNING" } } };
  const seen = (memory: string): Parameters<typeof changedPowers>[1] => [{ context: "alice:su", what: "start", word: "RUNNING" }, { context: "alice:su", what: "memory", word: memory }];
  expect(changedPowers("bookworm-v2", seen("in force"), recorded)).toEqual([]);
  expect(changedPowers("bookworm-v2", seen("told"), recorded)).toEqual([expect.stringContaining("alice:su: memory: 'told', and test/system/powers.json says 'in force'")]);
  expect(changedPowers("bookworm-v2", seen("in force").slice(0, 1), recorded)).toEqual([expect.stringContaining("memory: 'nothing'")]);
  expect(changedPowers("bookworm-v1", seen("in force"), recorded)).toHaveLength(2);
});

test("every kind of machine has recorded powers, and from nowhere is a start missing", () => {
  const powers = recordedPowers();
  expect(Object.keys(powers)).toEqual(KINDS.map(nameOf));
  for (const contexts of Object.values(powers)) for (const words of Object.values(contexts)) expect(words["start"]).toBe("RUNNING");
});

test("npm test: the sums of its part are read, and what is left to npm run test:system is told by name", () => {
  expect(readSums("…\n12 passed, 0 failed\n", 0)).toEqual({ passed: 12, failed: 0, output: "" });
  expect(readSums("12 passed, 0 failed\n", 1)).toMatchObject({ failed: 1 });
  expect(readSums("0 passed, 0 failed\n", 0)).toMatchObject({ failed: 1 });
  expect(readSums("killed", 124)).toMatchObject({ passed: 0, failed: 1, output: expect.stringMatching(/^killed\nnot done after \d+ s\n$/) });
  expect(readSums("engine: fresh", 143)).toMatchObject({ passed: 0, failed: 1, output: "engine: fresh\nended with status 143 before its sums\n" });
  expect(leftToTestSystem()).toContain("trixie-v2 contexts.check.sh");
  expect(leftToTestSystem()).not.toContain("bookworm-v2 contexts.check.sh");
});

test("the machines are made from the mirror of Debian that apt uses, not from others' or the security updates'", () => {
  expect(mirrorIn("https://deb.nodesource.com/node_20.x|. nodistro|. nodistro\nhttp://near.example/debian-security|Debian|Debian-Security\nhttp://near.example/debian|Debian|Debian\n")).toBe("http://near.example/debian");
  expect(mirrorIn("https://deb.nodesource.com/node_20.x||\nhttp://near.example/debian||\n")).toBe("http://near.example/debian");
  expect(mirrorIn("E: what is that\n")).toBe("http://deb.debian.org/debian");
});

test("what a mirror's bad day spoils is tried again, and told", async () => {
  const said: string[] = [];
  const calls: number[] = [];
  const failing = (good: number) => (): Promise<string> => { calls.push(good); return calls.length < good ? Promise.reject(new Error(`no answer ${calls.length}`)) : Promise.resolve("made"); };
  expect(await inAttempts("the disk", (line) => said.push(line), failing(3), 0)).toBe("made");
  expect(said).toEqual(["the disk, attempt 1 of 3: no answer 1", "the disk, attempt 2 of 3: no answer 2"]);
  calls.length = 0;
  expect(await inAttempts("the disk", () => undefined, failing(9), 0).catch(String)).toBe("Error: no answer 3");
});

test("each file of checks belongs to a machine", () => {
  for (const file of checkFiles()) expect(KINDS.filter((kind) => belongs(file, kind)).length).toBeGreaterThan(0);
});
