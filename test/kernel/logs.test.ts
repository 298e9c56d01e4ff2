// berth logs: what a console has said, from memory, from its log file and from the last run's record; followed until the container stops.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { appendFileSync, chownSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, berth, create, DIST, eventually, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";

const PATIENCE_MS = 60_000;
const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
const logs = (place: Place, ...args: readonly string[]): string => works(place, "berth", ["logs", place.name, "-P", place.lxcpath, ...args]);
const says = (place: Place, text: string): string => inside(place, `printf '${text}' > /dev/console`);
/** Started, and its getty has said its piece. */
async function boot(place: Place): Promise<void> {
  start(place);
  await eventually("the console asks for a key", () => logs(place).includes("activate this console"));
  says(place, "\\n");
}
const config = (place: Place): string => join(place.lxcpath, place.name, "config");

/** `berth logs -f`, what it has written, and its end. */
function follow(place: Place, ...args: readonly string[]): { readonly text: () => string; readonly ended: Promise<number | null>; readonly kill: () => void } {
  const [program = "", ...rest] = argvFor(place, [join(DIST, "bin/berth"), "logs", place.name, "-P", place.lxcpath, "-f", ...args]);
  const child = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (bytes: Buffer) => { text += bytes.toString(); });
  return { text: () => text, ended: new Promise((resolve) => child.once("close", resolve)), kill: () => child.kill("SIGTERM") };
}

describe.each(KINDS)("%s", (kind) => {
  const place = makePlace(kind);
  beforeAll(() => create(place), PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-destroy", ["-n", place.name]); await leavePlace(place); }, PATIENCE_MS);

  test("from memory: all, the last lines, as JSON; followed, prompts too, until it stops", async () => {
    await boot(place);
    says(place, "one\\ntwo\\n");
    expect(logs(place)).toEndWith("one\ntwo\n");
    expect(logs(place, "--lines", "1")).toBe("two\n");
    expect(logs(place, "--lines=2", "--format", "json")).toBe('{"line":"one"}\n{"line":"two"}\n');
    expect(logs(place, "--lines", "0")).toBe("");
    const [text, json] = [follow(place, "--lines", "1"), follow(place, "--lines", "1", "--format", "json")];
    await eventually("they have caught up", () => text.text() === "two\n" && json.text() === '{"line":"two"}\n');
    says(place, "three\\nprompt> ");
    await eventually("it goes on", () => text.text() === "two\nthree\nprompt> ");
    says(place, "four\\n");
    await eventually("lines are objects", () => json.text().split("\n").length >= 4);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect([await text.ended, await json.ended]).toEqual([0, 0]);
    const lines = json.text().trim().split("\n").map((line): { readonly line: string; readonly time: string } => JSON.parse(line));
    expect(lines.slice(1, 3).map(({ line }) => line)).toEqual(["three", "prompt> four"]);
    expect(lines[1]?.time).toMatch(/^\d{4}-.*Z$/);
  }, PATIENCE_MS);

  test("when it has stopped, the last lines of its run, with a word on it", () => {
    const ran = berth(place, "berth", ["logs", place.name, "-P", place.lxcpath, "--lines", "1"]);
    expect([ran.status, ran.stdout]).toEqual([0, "prompt> four\n"]);
    expect(ran.stderr).toContain("only the last lines of its last run are kept\n    remedy: lxc.console.logfile");
  }, PATIENCE_MS);

  test("from its log file: running, rotated meanwhile, stopped", async () => {
    const file = join(place.lxcpath, "console.log");
    writeFileSync(file, "before\n");
    if (place.user !== undefined) chownSync(file, place.user.uid, place.user.gid);
    appendFileSync(config(place), `lxc.console.logfile = ${file}\n`);
    await boot(place);
    says(place, "five\\n");
    await eventually("it is in the file", () => readFileSync(file, "utf8").includes("five"));
    expect(logs(place)).toMatch(/^before\n[^]*five\n$/);
    const text = follow(place, "--lines", "1");
    await eventually("it has caught up", () => text.text() === "five\n");
    says(place, "six\\n");
    await eventually("it goes on", () => text.text() === "five\nsix\n");
    renameSync(file, `${file}.1`);
    writeFileSync(file, "another file\n");
    await eventually("another file is read from its beginning", () => text.text().endsWith("six\nanother file\n"));
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect(await text.ended).toBe(0);
    expect(logs(place)).toBe("another file\n");
    rmSync(file);
    rmSync(`${file}.1`);
  }, PATIENCE_MS);
});

describe("privileged", () => {
  const place = makePlace("privileged");
  beforeAll(() => create(place), PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-destroy", ["-n", place.name]); await leavePlace(place); }, PATIENCE_MS);

  test("never started, not there, wrong options: said, with what to do", () => {
    const said = (...args: readonly string[]): string => { const ran = berth(place, "berth", ["logs", "-P", place.lxcpath, ...args]); expect(ran.status).toBe(1); return ran.stderr; };
    expect(said(place.name)).toContain(`is not kept\n    cause: it is stopped, and lxc.console.logfile is not set\n    remedy: berth config set ${place.name} lxc.console.logfile`);
    expect(said("nobody")).toContain('container "nobody" is not defined');
    expect(said(place.name, "--lines", "x")).toContain("--lines: 'x' is not a number");
    expect(said(place.name, "--format", "xml")).toContain("--format: 'xml' is not known");
  }, PATIENCE_MS);

  test("a reboot is no end; who listens may go at any time", async () => {
    start(place);
    const text = follow(place);
    const boots = (): number => (text.text().match(/Please press Enter/g) ?? []).length;
    await eventually("it has booted, and hears signals", () => boots() === 1);
    berth(place, "lxc-attach", ["-n", place.name, "--", "kill", "-TERM", "1"]); // init may be quicker, and kill it, too
    await eventually("it says that it has booted again", () => boots() >= 2);
    text.kill();
    expect(await text.ended).not.toBe(1);
    expect(works(place, "lxc-info", ["-n", place.name, "-sH"])).toBe("RUNNING\n");
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
  }, PATIENCE_MS);
});
