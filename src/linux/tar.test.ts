import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync, appendFileSync, linkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { padding, TAR_END, tarHeader, TarReader, type TarEvent } from "./tar.ts";

const LONG = "a-directory-with-a-long-name".repeat(4);
function archive(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "berth-tar-"));
  mkdirSync(join(folder, LONG, LONG), { recursive: true });
  writeFileSync(join(folder, "a"), "text");
  linkSync(join(folder, "a"), join(folder, "b"));
  symlinkSync("a", join(folder, LONG, LONG, "link"));
  writeFileSync(join(folder, "holes"), "");
  truncateSync(join(folder, "holes"), 1 << 22);
  appendFileSync(join(folder, "holes"), "end");
  const { stdout } = spawnSync("tar", ["--create", "--file=-", "--format=pax", "--sparse", "--sort=name", "."], { cwd: folder, maxBuffer: 1 << 26 });
  rmSync(folder, { recursive: true });
  return stdout;
}
function eventsOf(bytes: Uint8Array, step: number): readonly TarEvent[] {
  const reader = new TarReader();
  const events: TarEvent[] = [];
  for (let at = 0; at < bytes.length; at += step) events.push(...reader.push(bytes.subarray(at, at + step)));
  return events;
}
const rewritten = (events: readonly TarEvent[]): Buffer => Buffer.concat([...events.flatMap((event) => (event.kind === "entry" ? event.entry.head : event.kind === "data" ? [event.bytes] : [])), TAR_END]);

test("members of tar's own archive, whatever the pieces they come in; put together again it is the same", () => {
  const bytes = archive();
  for (const step of [1, 511, 513, 1 << 20]) {
    const events = eventsOf(bytes, step);
    const entries = events.flatMap((event) => (event.kind === "entry" ? [event.entry] : []));
    expect(entries.map(({ path, type, link }) => [path, type, link])).toEqual([
      ["./", "5", ""], ["./a", "0", ""], [`./${LONG}/`, "5", ""], [`./${LONG}/${LONG}/`, "5", ""], [`./${LONG}/${LONG}/link`, "2", "a"], ["./b", "1", "./a"], ["./holes", "0", ""],
    ]);
    expect(events.at(-1)).toEqual({ kind: "end" });
    expect(Buffer.compare(rewritten(events), bytes.subarray(0, rewritten(events).length))).toBe(0);
  }
});
test("own members are tar's to read", () => {
  const text = "hello\n";
  const bytes = Buffer.concat([tarHeader({ path: "config", size: text.length, mode: 0o640, mtime: 1_000_000_000 }), Buffer.from(text), padding(text.length), TAR_END]);
  expect(spawnSync("tar", ["-tvf", "-", "--utc"], { input: bytes, encoding: "utf8" }).stdout).toBe("-rw-r----- root/root         6 2001-09-09 01:46 config\n");
  expect(spawnSync("tar", ["-xOf", "-"], { input: bytes, encoding: "utf8" }).stdout).toBe(text);
});
test("what is no archive, and headers that lie, end it", () => {
  expect(eventsOf(new Uint8Array(1024).fill(7), 1024)).toEqual([{ kind: "broken", text: "a header has a wrong checksum" }]);
  const huge = tarHeader({ path: "x", size: 2 ** 32, mode: 0, mtime: 0 });
  huge[156] = "x".charCodeAt(0);
  huge.fill(32, 148, 156);
  huge.set(new TextEncoder().encode(`${huge.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0")}\0 `), 148);
  expect(eventsOf(huge, 512)).toEqual([{ kind: "broken", text: "a header names a size of 4294967296 bytes" }]);
});
