import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eachUnpacked } from "../../images/tar/unpacked.ts";
import { mkfifos, outletOf, type Pipe } from "./fifo.ts";

async function withPipes(run: (one: Pipe, other: Pipe, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "berth-fifo-"));
  try {
    const made = mkfifos(join(folder, "one"), join(folder, "other"));
    if (!made.ok) throw new Error(made.problems[0]?.text);
    expect(readdirSync(folder)).toEqual([]);
    await run(...made.value, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const PACKED = { gzip: Bun.gzipSync, zstd: Bun.zstdCompressSync };
const WAYS = ["gzip", "zstd"] as const;
test.each(WAYS)("a file packed by %s goes out by a pipe, whole, whoever is slower", (kind) => withPipes(async (unpacked, judged, folder) => {
  const bytes = new Uint8Array(5_000_001).map((_, i) => (i * i) >> 7);
  writeFileSync(join(folder, "file"), PACKED[kind](bytes));
  const reader = spawn("sh", ["-c", "sleep 0.2; sha256sum"], { stdio: [judged.reader, "pipe", "inherit"] });
  let said = "";
  reader.stdout?.on("data", (text) => { said += String(text); });
  const closed = new Promise((resolve) => { reader.once("close", resolve); });
  const outlet = outletOf(judged);
  judged.closeReader();
  expect(await eachUnpacked(openSync(join(folder, "file"), "r"), kind, outlet.write, unpacked)).toBeUndefined();
  outlet.end();
  await closed;
  expect(said.slice(0, 64)).toBe(sha256(bytes));
}));
test("nobody who reads: said, while there is room and while one waits for it", () => withPipes(async (one, other) => {
  const [outlet, waiting] = [outletOf(one), outletOf(other)];
  one.closeReader();
  expect(await outlet.write(new Uint8Array(1))).toBe(false);
  outlet.end();
  const reader = spawn("sleep", ["0.2"], { stdio: [other.reader, "ignore", "inherit"] });
  other.closeReader();
  expect(await waiting.write(new Uint8Array(4 << 20))).toBe(false);
  waiting.end();
  expect(reader.pid).toBeGreaterThan(0);
}));
test.each(WAYS)("one of %s that is cut off or changed is said to be so", (kind) => withPipes(async (one, other, folder) => {
  const whole = PACKED[kind](new Uint8Array(1_000_000));
  for (const [way, bytes] of [[one, whole.subarray(0, whole.length - 5)], [other, new Uint8Array([...whole.subarray(0, 12), 0xff, ...whole.subarray(13)])]] as const) {
    writeFileSync(join(folder, "file"), bytes);
    expect(await eachUnpacked(openSync(join(folder, "file"), "r"), kind, () => Promise.resolve(true), way)).toMatchObject({ code: "image.invalid", text: "the archive is damaged", cause: expect.stringMatching(/./) });
  }
}));

const member = Bun.gzipSync(new Uint8Array(1000));
const ENDS: Readonly<Record<string, readonly [Uint8Array, number | "damaged"]>> = {
  "another member": [member, 2000], "zeros, as of a tape": [new Uint8Array(700), 1000], "something else": [Buffer.from("something else"), "damaged"],
  "half a member": [member.subarray(0, 12), "damaged"],
};
test.each(Object.entries(ENDS))("behind a member of gzip: %s", (_, [end, is]) => withPipes(async (one, _other, folder) => {
  writeFileSync(join(folder, "file"), Buffer.concat([member, end]));
  let count = 0;
  const problem = await eachUnpacked(openSync(join(folder, "file"), "r"), "gzip", (chunk) => { count += chunk.length; return Promise.resolve(true); }, one);
  expect(problem === undefined ? count : "damaged").toBe(is);
}));
test("who has enough is asked no more, and the file stays where it has been read to", () => withPipes(async (one, _, folder) => {
  writeFileSync(join(folder, "file"), Bun.gzipSync(crypto.getRandomValues(new Uint8Array(60_000)).toHex().repeat(20)));
  const fd = openSync(join(folder, "file"), "r");
  let asked = 0;
  expect(await eachUnpacked(fd, "gzip", () => Promise.resolve(++asked < 2), one)).toBeUndefined();
  expect(asked).toBe(2);
  closeSync(fd);
}));
