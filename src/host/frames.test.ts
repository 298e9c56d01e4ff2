import { expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FRAME, FRAME_MAX, readFrame, writeExit, writeFrame, writeOut, writePlan } from "./frames.ts";

function inFile(write: (fd: number) => void): Uint8Array<ArrayBuffer> {
  const dir = mkdtempSync(join(tmpdir(), "frames-"));
  const fd = openSync(join(dir, "f"), "w");
  try {
    write(fd);
    return new Uint8Array(readFileSync(join(dir, "f")));
  } finally {
    closeSync(fd);
    rmSync(dir, { recursive: true });
  }
}

function readAll(bytes: Uint8Array): readonly (readonly [number, Uint8Array])[] {
  const dir = mkdtempSync(join(tmpdir(), "frames-"));
  writeFileSync(join(dir, "f"), bytes);
  const fd = openSync(join(dir, "f"), "r");
  try {
    const out: (readonly [number, Uint8Array])[] = [];
    for (let frame = readFrame(fd); frame !== undefined; frame = readFrame(fd)) out.push([frame.kind, frame.payload]);
    return out;
  } finally {
    closeSync(fd);
    rmSync(dir, { recursive: true });
  }
}

test("frames are little-endian kind, length, payload", () => {
  expect([...inFile((fd) => writeExit(fd, 126))]).toEqual([3, 0, 0, 0, 4, 0, 0, 0, 126, 0, 0, 0]);
  expect([...inFile((fd) => writeOut(fd, 2, "é"))]).toEqual([2, 0, 0, 0, 6, 0, 0, 0, 2, 0, 0, 0, 0xc3, 0xa9]);
  expect([...inFile((fd) => writePlan(fd, new Uint8Array([7])))]).toEqual([4, 0, 0, 0, 1, 0, 0, 0, 7]);
});

test("an empty text is no frame", () => {
  expect(inFile((fd) => writeOut(fd, 1, "")).length).toBe(0);
});

test("what is written is read back, one frame after the other", () => {
  const bytes = inFile((fd) => { writeFrame(fd, 9, new Uint8Array([1]), new Uint8Array([2, 3])); writeExit(fd, 0); });
  expect(readAll(bytes)).toEqual([[9, new Uint8Array([1, 2, 3])], [FRAME.exit, new Uint8Array(4)]]);
});

test("a long text goes in several frames and none is above the limit", () => {
  const text = "x".repeat(2_500_000);
  const frames = readAll(inFile((fd) => writeOut(fd, 1, text)));
  expect(frames.length).toBe(3);
  expect(frames.map(([, payload]) => new TextDecoder().decode(payload.subarray(4))).join("")).toBe(text);
});

test("a frame cut short is the other end hanging up", () => {
  expect(readAll(inFile((fd) => writeExit(fd, 0)).subarray(0, 10))).toEqual([]);
  expect(readAll(new Uint8Array([1, 0, 0]))).toEqual([]);
});

test("a length above the limit is refused before anything is allocated", () => {
  const head = new DataView(new ArrayBuffer(8));
  head.setUint32(4, FRAME_MAX + 1, true);
  expect(() => readAll(new Uint8Array(head.buffer))).toThrow("8388609 bytes");
});
