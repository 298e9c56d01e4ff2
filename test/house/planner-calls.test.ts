// The planner's stand-in for node:fs (src/host/planner) beside node:fs itself: same results, same errors, whatever is asked.
// The addon is compiled with the sanitizer for undefined behaviour; a wrong access of its own would end this process.
import { afterAll, beforeAll, expect, mock, test } from "bun:test";
import fc from "fast-check";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Calls } from "../../src/host/planner/calls.ts";
import { callsSources } from "../../scripts/build.ts";
import { UNFIT } from "../../src/host/planner/calls.ts";
import type * as PlannerFs from "../../src/host/planner/fs.ts";
import type * as PlannerText from "../../src/host/planner/read-text.ts";

const work = fs.mkdtempSync(join(tmpdir(), "planner-calls-"));
const made: { exports: Partial<Calls> } = { exports: {} };
type StandIn = typeof PlannerFs & Pick<typeof PlannerText, "readText">;
let standIn: StandIn;

const LONG = "x".repeat(70_000);
const CONTENT: Readonly<Record<string, string | Uint8Array>> = { plain: "a\nb\n", empty: "", long: LONG, most: "y".repeat(65_535), umlaut: "\u00fcber \u{1f40b}", bom: "\ufefftext", broken: new Uint8Array([65, 0xff, 66, 0xc3]), "na me": "space" };
beforeAll(async () => {
  const addon = join(work, "planner-calls.node");
  const cc = Bun.spawnSync(["cc", "-std=gnu11", "-O1", "-g0", "-Wall", "-Wextra", "-Werror", "-fsanitize=undefined", "-fsanitize-undefined-trap-on-error", "-shared", "-fPIC", "-o", addon, ...callsSources()]);
  if (cc.exitCode !== 0) throw new Error(cc.stderr.toString());
  process.dlopen(made, addon);
  await mock.module("../../src/host/planner/calls.ts", () => ({ calls: made.exports, UNFIT }));
  standIn = { ...await import("../../src/host/planner/fs.ts"), ...await import("../../src/host/planner/read-text.ts") };
  for (const [name, text] of Object.entries(CONTENT)) fs.writeFileSync(join(work, name), text);
  fs.mkdirSync(join(work, "folder"));
  fs.mkdirSync(join(work, "many"));
  for (let i = 0; i < 400; i++) fs.writeFileSync(join(work, "many", `${"n".repeat(200)}${i}`), "");
  fs.symlinkSync("plain", join(work, "link"));
  fs.symlinkSync("nowhere", join(work, "dangling"));
  fs.symlinkSync("loop", join(work, "loop"));
});
afterAll(() => { mock.restore(); fs.rmSync(work, { recursive: true, force: true }); });

/** What came of a call: its value, or the error's code, errno, system call and message. */
function outcome(call: () => unknown): unknown {
  try {
    const value = call();
    if (typeof value !== "object" || value === null || Array.isArray(value)) return { value };
    return { stats: ["dev", "mode", "nlink", "uid", "gid", "rdev", "blksize", "ino", "size", "blocks", "atimeMs", "mtimeMs", "ctimeMs", "birthtimeMs"].map((field) => Math.round(Number(Object.entries(value).find(([name]) => name === field)?.[1] ?? 0))), is: ["isFile", "isDirectory", "isSymbolicLink", "isBlockDevice", "isCharacterDevice", "isFIFO", "isSocket"].filter((name) => { const ask: unknown = Reflect.get(value, name); return typeof ask === "function" && ask.call(value) === true; }) };
  } catch (error) {
    return error instanceof Error ? { code: Reflect.get(error, "code"), errno: Reflect.get(error, "errno"), syscall: Reflect.get(error, "syscall"), path: Reflect.get(error, "path"), message: error.message } : { error };
  }
}
const PATHS: readonly string[] = [...Object.keys(CONTENT), "folder", "many", "link", "dangling", "loop", "nowhere", "plain/below", "folder/", "", `/${"a".repeat(300)}`, `/${"a/".repeat(2100)}`, "nul\0inside", "\ud800"];
const placed = (path: string): string => (path === "" || path.startsWith("/") ? path : join(work, path) + (path.endsWith("/") ? "/" : ""));
const HOST: readonly string[] = ["/dev/null", "/dev/tty", "/proc/self/status", "/proc/self/exe", "/proc/1/root", "/proc/self/attr/current", "/proc/sysrq-trigger", "/sys/kernel/mm", "/proc/self/fd", "/etc/passwd"];
const WAYS: Readonly<Record<string, (api: Pick<typeof fs, keyof typeof fs> | StandIn, path: string) => unknown>> = {
  existsSync: (api, path) => api.existsSync(path), accessSync: (api, path) => { api.accessSync(path, fs.constants.W_OK | fs.constants.X_OK); return "may"; },
  readFileSync: (api, path) => (path === "/proc/self/status" || path === "/proc/self/exe" ? "changes, or long" : api.readFileSync(path, "utf8")), readlinkSync: (api, path) => api.readlinkSync(path),
  readdirSync: (api, path) => (path === "/proc/self/fd" ? "changes" : api.readdirSync(path).map(String).toSorted()), statSync: (api, path) => api.statSync(path), lstatSync: (api, path) => api.lstatSync(path),
  "statSync, may be missing": (api, path) => api.statSync(path, { throwIfNoEntry: false }), "lstatSync, may be missing": (api, path) => api.lstatSync(path, { throwIfNoEntry: false }),
  statfsSync: (api, path) => api.statfsSync(path).type,
  openSync: (api, path) => { const fd = api.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK); const { ino } = api.fstatSync(fd); api.closeSync(fd); return ino; },
  "openSync with a word": (api, path) => { const fd = api.openSync(path, "r"); api.closeSync(fd); return "opened"; },
};

test.each(Object.keys(WAYS))("%s does what node:fs does", (name) => {
  for (const path of [...PATHS.map(placed), ...HOST]) {
    const way = WAYS[name];
    if (path === "/dev/tty" && /^(open|readFile)Sync/.test(name)) continue; // where there is a terminal, its user would have to type
    expect({ path, ...Object(outcome(() => way?.(standIn, path))) }).toEqual({ path, ...Object(outcome(() => way?.(fs, path))) });
  }
});

test("a small file is read whole by one call, a long one by node:fs, one that cannot be read is undefined", () => {
  for (const name of Object.keys(CONTENT)) expect(standIn.readText(placed(name))).toBe(fs.readFileSync(placed(name), "utf8"));
  for (const path of [placed("nowhere"), placed("folder"), "", "a\0b"]) expect(standIn.readText(path)).toBeUndefined();
});

test("bytes go where they belong, and nowhere else", () => {
  const [fd, out] = [standIn.openSync(placed("plain"), 0), fs.openSync(placed("out"), "w+")];
  const bytes = new Uint8Array(8).fill(1);
  expect(standIn.readSync(fd, bytes, 2, 3, null)).toBe(3);
  expect([...bytes]).toEqual([1, 1, 97, 10, 98, 1, 1, 1]);
  expect(standIn.readSync(fd, bytes, 0, 8, 2)).toBe(2); // at a position: node:fs
  expect(() => standIn.readSync(fd, bytes, 4, 100, null)).toThrow();
  expect(standIn.writeSync(out, bytes.subarray(1), 1, 2)).toBe(2);
  expect([...fs.readFileSync(placed("out"))]).toEqual([97, 10]);
  standIn.closeSync(fd);
  expect(() => { standIn.closeSync(fd); }).toThrow("EBADF");
  fs.closeSync(out);
});

test("a pipe holds what it is told to hold", () => {
  const path = placed("pipe");
  expect(Bun.spawnSync(["mkfifo", path]).exitCode).toBe(0);
  const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  const fill = (): number => {
    let all = 0;
    try {
      for (;;) all += fs.writeSync(fd, new Uint8Array(4096));
    } catch {
      return all;
    }
  };
  expect(made.exports.pipeSize?.(fd, 200_000)).toBe(262_144);
  expect(fill()).toBe(262_144);
  expect(made.exports.pipeSize?.(fd, 4096)).toBe(-16); // EBUSY: it holds more
  expect(made.exports.pipeSize?.(fd, 0)).toBe(UNFIT);
  fs.closeSync(fd);
});

test("whatever it is called with, the addon answers with a number or a text", () => {
  const anything = fc.oneof(fc.integer({ min: -5, max: 300 }), fc.double(), fc.string(), fc.boolean(), fc.constant(undefined), fc.constant(null), fc.constantFrom(...PATHS.map(placed)), fc.uint8Array({ maxLength: 8 }), fc.float64Array({ maxLength: 14 }), fc.object());
  // a descriptor must be one that nobody else has; 1022 is open nowhere
  const descriptor = fc.oneof(fc.integer({ min: 1000, max: 1022 }), fc.string(), fc.constant(-1));
  for (const [name, call] of Object.entries(made.exports)) {
    const first = ["close", "read", "write", "pipeSize", "stat"].includes(name) ? descriptor : fc.oneof(fc.constantFrom(...PATHS.map(placed)), anything);
    fc.assert(fc.property(first, fc.array(anything, { maxLength: 5 }), (one, others) => {
      const answer: unknown = Reflect.apply(call, undefined, [one, ...(name === "open" ? [0, ...others] : others)]);
      if (name === "open" && typeof answer === "number" && answer >= 0) fs.closeSync(answer);
      return typeof answer === "number" || typeof answer === "string";
    }), { numRuns: 300 });
  }
});
