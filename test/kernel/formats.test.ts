// --format json, yaml and table of every command that has them: JSON fits share/berth/output.schema.json, YAML says the
// same, table is what is printed without; and the exit codes of each class.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OUTPUT_COMMANDS } from "../../scripts/reference/output-schema.ts";
import { berth, create, DIST, leavePlace, makePlace, onTerminal, ROOT, start, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";
import { fits, printed } from "./printed.ts";

const PATIENCE_MS = 90_000;
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
/** What needs a room of its own is held to the schema there. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  "events.test.ts": ["berth events"], "net-verbs.test.ts": ["berth net show", "berth net explain", "berth net doctor"], "setup.test.ts": ["berth setup", "berth setup --undo"], "snapshot.test.ts": ["lxc-snapshot NAME"],
  "create-image.test.ts": ["berth image list --remote", "berth image info", "berth image pull", "berth image lock", "berth image import", "berth image prune"],
};

test("every command of the schema is tried", () => {
  expect([...Object.keys(LINES), ...Object.values(ELSEWHERE).flat()].toSorted()).toEqual(OUTPUT_COMMANDS.toSorted());
  for (const [file, commands] of Object.entries(ELSEWHERE)) for (const command of commands) expect([file, readFileSync(join(ROOT, "test/kernel", file), "utf8").includes(`("${command}"`)]).toEqual([file, true]);
});

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

/** Statuses that need more than this room has. */
const SHOWN: Readonly<Record<string, readonly [string, string]>> = { "3": ["start-wait.test.ts", ".toEqual([3,"], "4": ["start-wait.test.ts", ".toEqual([4,"], "125": ["kills.test.ts", "toEqual({ status: 125"] };
test("every exit code that docs/output.md has", () => {
  const status = (command: string, ...words: readonly string[]): number => run(command, words).status;
  const inside = (...words: readonly string[]): number => status("lxc-attach", "-n", place.name, "--", ...words);
  const tried: Readonly<Record<string, () => readonly (readonly [number, number])[]>> = {
    "0": () => [[status("lxc-info", "-n", place.name), 0], [status("berth apply", join(place.lxcpath, "p.yaml"), "--dry-run"), 0], [inside("true"), 0]],
    "1": () => [[status("lxc-info", "-n", "nope"), 1], [status("lxc-info", "--no-such"), 1], [status("berth dance"), 1], [status("lxc-destroy", "-n", place.name), 1], [status("lxc-wait", "-n", place.name, "-s", "STOPPED", "-t", "0"), 1]],
    "2": () => [[status("lxc-stop", "-n", place.name + SECOND), 2], [status("lxc-stop", "-n", "nope"), 2], [status("berth apply", join(place.lxcpath, "p.yaml"), "--dry-run", "--exit-code"), 2], [status("berth ensure", place.name, "-c", "lxc.tty.max=8", "--dry-run", "--exit-code"), 2]],
    "126, 127": () => [[inside("/etc/passwd"), 126], [inside("/no/such"), 127], [status("berth exec", "-n", place.name, "--", "/etc/passwd"), 126]],
    "128 + n": () => [[inside("sh", "-c", "kill -9 $$"), 137], [inside("sh", "-c", "kill -15 $$"), 143]],
    other: () => [[inside("sh", "-c", "exit 7"), 7], [status("lxc-execute", "-n", place.name + SECOND, "--", "sh", "-c", "exit 9"), 9], [status("berth exec", "-n", place.name, "--", "sh", "-c", "exit 200"), 200], [status("lxc-start", "-F", "-n", place.name + SECOND, "--", "/bin/sh", "-c", "exit 5"), 5]],
  };
  const text = readFileSync(join(ROOT, "docs/output.md"), "utf8");
  const codes = [...(text.split("## Exit codes")[1] ?? "").matchAll(/^\| ([\w, +]+) \|/gm)].map(([, code = ""]) => code).filter((code) => code !== "code");
  for (const code of codes.flatMap((one) => (one === "3, 4" ? one.split(", ") : [one]))) {
    const [file, line] = SHOWN[code] ?? [];
    if (file !== undefined && line !== undefined) expect([code, readFileSync(join(ROOT, "test/kernel", file), "utf8").includes(line)]).toEqual([code, true]);
    else expect([code, tried[code]?.().filter(([found, wanted]) => found !== wanted)]).toEqual([code, []]);
  }
}, PATIENCE_MS);

test("berth why tells the code of what failed, and its page: of a start that was refused, and of one that came to a step", () => {
  const [name, file] = [place.name + SECOND, join(place.lxcpath, place.name + SECOND, "config")];
  const kept = readFileSync(file, "utf8");
  const why = (): readonly string[] => {
    const { problems } = printed<{ readonly problems: readonly { readonly code: string; readonly page: string }[] }>("berth why", run("berth why", [name, "--format", "json"]).stdout);
    for (const { code, page } of problems) expect([existsSync(join(ROOT, page)), run("berth why", [name]).stdout.includes(`\ncode: ${code} (${page})\n`)]).toEqual([true, true]);
    return problems.map(({ code }) => code);
  };
  for (const [line, codes] of [["lxc.nosuch = 1\nlxc.tty.max = x", ["config.key", "config.value"]], ["lxc.hook.pre-start = /bin/false", ["hook.failed"]]] as const) {
    writeFileSync(file, `${kept}${line}\n`);
    expect([line, run("lxc-start", ["-n", name, "--explain"]).status === 0, run("lxc-start", ["-n", name]).status, why()]).toEqual([line, line.includes("hook"), 1, [...codes]]);
  }
  writeFileSync(file, kept);
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
