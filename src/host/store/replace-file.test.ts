// A file that is changed at once, the way to it, and its backups.
import { afterAll, beforeEach, expect, test } from "bun:test";
import { closeSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dropBackup, keepBackup } from "./backup.ts";
import { locate } from "./link-walk.ts";
import { closeFile, openFile, replaceFile, type OpenFile } from "./replace-file.ts";

const room = realpathSync(mkdtempSync(join(tmpdir(), "replace-")));
const file = join(room, "f");
const euid = process.geteuid?.() ?? 0;
const RANDOM = "0123456789abcdef";
afterAll(() => rmSync(room, { recursive: true }));
beforeEach(() => {
  for (const name of readdirSync(room)) rmSync(join(room, name), { recursive: true });
  writeFileSync(file, "old");
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
function opened(path: string): OpenFile {
  const answer = openFile(path, { euid, isWriting: true });
  if (answer.kind !== "open") throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer.file;
}
function replace(path: string, text: string, meanwhile: () => void = () => undefined): string {
  const one = opened(path);
  meanwhile();
  const { kind } = replaceFile(one, bytes(text), RANDOM);
  closeFile(one);
  return kind;
}
const texts = (): Readonly<Record<string, string>> => Object.fromEntries(readdirSync(room).toSorted().map((name) => [name, readFileSync(join(room, name), "utf8")]));
const where = (path: string): string => {
  const { directory, path: found } = locate(path, euid);
  closeSync(directory);
  return found;
};

test("the way: dots, links of all kinds, a file that is missing", () => {
  mkdirSync(join(room, "d/e"), { recursive: true });
  symlinkSync("../f", join(room, "d/up"));
  symlinkSync(`${room}/./d//up`, join(room, "d/e/far"));
  symlinkSync("d/e", join(room, "dir"));
  for (const path of [file, `${room}/d/../f`, `${room}/d/up`, `${room}/dir/far`, `${room}/dir/../up`, `//${room}/./dir/../../f`]) expect([path, where(path)]).toEqual([path, file]);
  expect(where(join(room, "dir/none"))).toBe(join(room, "d/e/none"));
});

test("no way: a circle, a file as a directory, a directory as a file, nothing at all", () => {
  symlinkSync("b", join(room, "a"));
  symlinkSync("a", join(room, "b"));
  for (const [path, code] of [["a", "ELOOP"], ["f/x", "ENOTDIR"], ["none/x", "ENOENT"], ["..", "EISDIR"], [".", "EISDIR"]] as const) expect([path, openFile(`${room}/${path}`, { euid, isWriting: false })]).toEqual([path, { kind: "error", code }]);
});

test("the new text is there at once, in a new file", () => {
  const { ino } = statSync(file);
  expect([replace(file, "new"), texts(), statSync(file).ino === ino]).toEqual(["written", { f: "new" }, false]);
});

test("somebody else's change is not overwritten: another file, another text, no file", () => {
  expect([replace(file, "new", () => { rmSync(file); writeFileSync(file, "two"); }), texts()]).toEqual(["changed", { f: "two" }]);
  expect([replace(file, "new", () => writeFileSync(file, "three!")), texts()]).toEqual(["changed", { f: "three!" }]);
  expect([replace(file, "new", () => rmSync(file)), texts()]).toEqual(["changed", {}]);
});

test("what killed writers left goes; what only looks like it stays", () => {
  for (const name of [".f.berth-aaaaaaaaaaaa", ".f.berth-note", ".g.berth-aaaaaaaaaaaa", ".f.berth-AAAAAAAAAAAA"]) writeFileSync(join(room, name), "x");
  expect([replace(file, "new"), texts()]).toEqual(["written", { ".f.berth-AAAAAAAAAAAA": "x", ".f.berth-note": "x", ".g.berth-aaaaaaaaaaaa": "x", f: "new" }]);
});

test("backups: the file itself, an earlier one is set aside, the same text is enough", () => {
  const keep = (): unknown => {
    const one = opened(file);
    const kept = keepBackup(one, RANDOM);
    closeFile(one);
    return kept;
  };
  expect(keep()).toEqual({ kind: "kept", path: `${file}.backup`, isMade: true });
  expect(keep()).toEqual({ kind: "kept", path: `${file}.backup`, isMade: false });
  expect(statSync(`${file}.backup`).ino).toBe(statSync(file).ino);
  replace(file, "second");
  writeFileSync(`${file}.backup.1`, "taken");
  expect(keep()).toEqual({ kind: "kept", path: `${file}.backup`, isMade: true, earlier: `${file}.backup.2` });
  expect(texts()).toEqual({ f: "second", "f.backup": "second", "f.backup.1": "taken", "f.backup.2": "old" });
});

test("a backup that was not needed after all", () => {
  writeFileSync(`${file}.backup`, "first");
  const one = opened(file);
  const kept = keepBackup(one, RANDOM);
  if (kept.kind === "kept") dropBackup(one, kept);
  closeFile(one);
  expect(texts()).toEqual({ f: "old", "f.backup": "first" });
});

test("a link as backup is set aside as a link, a directory is in the way", () => {
  symlinkSync("f", `${file}.backup`);
  const one = opened(file);
  expect(keepBackup(one, RANDOM)).toEqual({ kind: "kept", path: `${file}.backup`, isMade: true, earlier: `${file}.backup.1` });
  expect([lstatSync(`${file}.backup`).isFile(), lstatSync(`${file}.backup.1`).isSymbolicLink()]).toEqual([true, true]);
  rmSync(`${file}.backup`);
  mkdirSync(`${file}.backup`);
  expect(keepBackup(one, RANDOM)).toMatchObject({ kind: "error", code: "EISDIR" });
  closeFile(one);
});
