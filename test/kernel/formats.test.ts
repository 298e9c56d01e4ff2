// --format json, yaml and table of every command that has them: JSON fits share/berth/output.schema.json, YAML says the
// same, table is what is printed without; and the exit codes of each class.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OUTPUT_COMMANDS } from "../../scripts/reference/output-schema.ts";
import { validates } from "../house/json-schema.ts";
import { berth, create, DIST, leavePlace, makePlace, onTerminal, ROOT, start, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";

const PATIENCE_MS = 90_000;
const schema: Record<string, unknown> = JSON.parse(readFileSync(join(ROOT, "share/berth/output.schema.json"), "utf8"));
const fits = (command: string, value: unknown): boolean => validates(schema, { $ref: `#/$defs/${command}` }, value);
const SECOND = "2";
let place: Place;
const run = (command: string, words: readonly string[]): Ran => {
  const [program = "", ...verbs] = command.split(" ");
  return berth(place, program, [...verbs, "-P", place.lxcpath, ...words]);
};
beforeAll(() => {
  place = makePlace("root-owned");
  create(place, ["lxc.group = onboot", "lxc.start.auto = 1"]);
  works(place, "lxc-copy", ["-n", place.name, "-N", place.name + SECOND]);
  works(place, "lxc-snapshot", ["-n", place.name + SECOND]);
  start(place);
  writeFileSync(join(place.lxcpath, "p.yaml"), `name: p\ncontainers:\n  ${place.name}:\n    config: { lxc.tty.max: 7 }\n`);
}, PATIENCE_MS);
afterAll(async () => {
  for (const name of [place.name, place.name + SECOND]) berth(place, "lxc-destroy", ["-f", "-s", "-n", name]);
  rmSync(place.lxcpath, { recursive: true });
  await leavePlace(place);
}, PATIENCE_MS);

/** The words, and whether what is printed changes from moment to moment. */
const LINES: Readonly<Record<string, { readonly words: (name: string) => readonly string[]; readonly isLive?: true }>> = {
  "lxc-info": { words: (name) => ["-n", name], isLive: true }, "lxc-ls": { words: () => ["-f"], isLive: true }, "lxc-snapshot": { words: (name) => ["-n", name + SECOND, "-L"] }, "lxc-autostart": { words: () => ["-L", "-a"] },
  "berth stats": { words: (name) => [name], isLive: true }, "berth why": { words: (name) => [name] }, "berth config get": { words: (name) => [name, "lxc.tty.max"] }, "berth config list": { words: (name) => [name] }, "berth config show": { words: (name) => [name, "lxc.net"] },
  "berth config lint": { words: (name) => [name] }, "berth config set": { words: (name) => [name, "lxc.tty.max", "7", "--dry-run"] }, "berth config unset": { words: (name) => [name, "lxc.group", "--dry-run"] }, "berth config fix": { words: (name) => [name, "--dry-run"] },
  "berth net list": { words: () => [], isLive: true }, "berth undelete": { words: () => [] }, "berth image list": { words: () => [], isLive: true }, "berth doctor": { words: () => [], isLive: true }, "berth publish": { words: (name) => [name] },
  "berth apply": { words: () => [join(place.lxcpath, "p.yaml"), "--dry-run"] }, "berth ensure": { words: (name) => [name, "-c", "lxc.tty.max=8", "--dry-run"] }, "berth logs": { words: (name) => [name, "--lines", "1"], isLive: true },
};
/** Goes on until it is ended: see events.test.ts, whose lines it has. */
const ENDLESS = ["berth events"];

test("every command of the schema is tried", () => { expect([...Object.keys(LINES), ...ENDLESS].toSorted()).toEqual(OUTPUT_COMMANDS.toSorted()); });

const documents = (text: string): readonly unknown[] => text.split("\n---\n").map((one) => one.replace(/^---\n/, "")).map((one) => Bun.YAML.parse(one));
test.each(Object.entries(LINES))("%s", (command, { words, isLive }) => {
  const [json, yaml, table, plain] = [["--format", "json"], ["--format", "yaml"], ["--format", "table"], []].map((format) => run(command, [...words(place.name), ...format]));
  expect([json?.status, yaml?.status, table?.status]).toEqual([plain?.status, plain?.status, plain?.status]);
  const values = command === "berth logs" ? (json?.stdout.trim().split("\n") ?? []).map((line): unknown => JSON.parse(line)) : [JSON.parse(json?.stdout ?? "")];
  for (const value of values) expect([command, fits(command, value), value]).toEqual([command, true, value]);
  const read = documents(yaml?.stdout ?? "");
  for (const value of read) expect([command, fits(command, value), value]).toEqual([command, true, value]);
  if (isLive === true) return;
  expect(read).toEqual(values);
  expect(table?.stdout).toBe(plain?.stdout ?? "");
  expect(run(command, [...words(place.name), "--format", "xml"]).status).toBe(1);
}, PATIENCE_MS);

test("the schema refuses what is not so", () => {
  expect(fits("lxc-info", { name: "x" })).toBe(false);
  expect(fits("lxc-ls", [{ name: 1 }])).toBe(false);
  expect(fits("berth apply", { project: "x", changed: "yes", isDryRun: false, steps: [] })).toBe(false);
});

test("exit codes by class, as docs/output.md has them", () => {
  const status = (command: string, ...words: readonly string[]): number => run(command, words).status;
  expect([status("lxc-info", "-n", place.name), status("lxc-info", "-n", "nope"), status("lxc-info", "--no-such"), status("lxc-stop", "-n", place.name + SECOND), status("lxc-wait", "-n", place.name, "-s", "STOPPED", "-t", "0")]).toEqual([0, 1, 1, 2, 1]);
  expect([status("lxc-attach", "-n", place.name, "--", "sh", "-c", "exit 7"), status("lxc-attach", "-n", place.name, "--", "sh", "-c", "kill -9 $$"), status("lxc-attach", "-n", place.name, "--", "/no/such")]).toEqual([7, 137, 127]);
  expect([status("berth apply", join(place.lxcpath, "p.yaml"), "--dry-run", "--exit-code"), status("berth dance")]).toEqual([2, 1]);
}, PATIENCE_MS);

test("colours on terminals only, and as NO_COLOR and CLICOLOR_FORCE say", () => {
  const file = join(place.lxcpath, "p.yaml");
  const dry = ["apply", file, "--dry-run", "-P", place.lxcpath];
  const with_ = (env: Readonly<Record<string, string>>): string => spawnSync(join(DIST, "bin/berth"), dry, { encoding: "utf8", env: { PATH: process.env["PATH"] ?? "", ...env } }).stdout;
  const ESC = "\x1b[";
  expect(with_({})).not.toContain(ESC);
  expect(with_({ CLICOLOR_FORCE: "1" })).toContain(ESC);
  expect(with_({ CLICOLOR_FORCE: "1", NO_COLOR: "1" })).not.toContain(ESC);
  const onTty = spawnSync("script", ["-qec", `${join(DIST, "bin/berth")} ${dry.join(" ")}`, "/dev/null"], { encoding: "utf8", input: "", env: { PATH: process.env["PATH"] ?? "", TERM: "xterm" } }).stdout;
  expect(onTty).toContain(ESC);
  expect(onTerminal(place, "lxc-ls", ["-f"]).stdout).not.toContain(ESC); // LXC's own stay as scripts know them
}, PATIENCE_MS);
