import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
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

test("a packed file comes over a pipe and goes out by another, whole, whoever is slower", () => withPipes(async (unpacked, judged, folder) => {
  const bytes = new Uint8Array(5_000_001).map((_, i) => (i * i) >> 7);
  writeFileSync(join(folder, "file.gz"), Bun.gzipSync(bytes));
  const reader = spawn("sh", ["-c", "sleep 0.2; sha256sum"], { stdio: [judged.reader, "pipe", "inherit"] });
  let said = "";
  reader.stdout?.on("data", (text) => { said += String(text); });
  const closed = new Promise((resolve) => { reader.once("close", resolve); });
  const outlet = outletOf(judged);
  judged.closeReader();
  expect(await eachUnpacked(openSync(join(folder, "file.gz"), "r"), "gzip", outlet.write, unpacked)).toBeUndefined();
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
  expect(await waiting.write(new Uint8Array(1 << 20))).toBe(false);
  waiting.end();
  expect(reader.pid).toBeGreaterThan(0);
}));
test("a damaged one is said to be so", () => withPipes(async (unpacked, _, folder) => {
  writeFileSync(join(folder, "file.gz"), Bun.gzipSync(new Uint8Array(1_000_000)).subarray(0, 500));
  expect(await eachUnpacked(openSync(join(folder, "file.gz"), "r"), "gzip", () => Promise.resolve(true), unpacked)).toMatchObject({ code: "image.invalid", text: "the archive is damaged" });
}));
