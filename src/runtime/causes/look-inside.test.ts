import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lookInside, parseExecutable } from "./look-inside.ts";

const root = mkdtempSync(join(tmpdir(), "berth-inside-"));
afterAll(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, "usr/bin"), { recursive: true });
writeFileSync(join(root, "usr/bin/tool"), "#!/bin/sh -e\n", { mode: 0o755 });
symlinkSync("usr/bin", join(root, "bin"));
symlinkSync("/usr/bin/tool", join(root, "absolute"));
symlinkSync("../../../../usr/bin/tool", join(root, "up"));
symlinkSync("/gone/init", join(root, "dangling"));
symlinkSync("loop", join(root, "loop"));

test("links are followed beneath the root", () => {
  for (const path of ["/usr/bin/tool", "/bin/tool", "/absolute", "/up", "/usr/../bin/./tool"]) expect([path, lookInside(root, path)]).toEqual([path, { kind: "file", path: "/usr/bin/tool", mode: 0o755 }]);
});

test("what is not there, and why", () => {
  expect(lookInside(root, "/sbin/init")).toEqual({ kind: "missing", at: "/sbin" });
  expect(lookInside(root, "/dangling")).toEqual({ kind: "dangling", link: "/dangling", target: "/gone/init" });
  expect(lookInside(root, "/usr/bin/tool/x").kind).toBe("missing");
  expect(lookInside(root, "/usr").kind).toBe("directory");
  expect(lookInside(root, "/loop").kind).toBe("other");
});

function elf(machine: number, interpreter: string): Buffer {
  const head = Buffer.alloc(256);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  head.writeUInt16LE(machine, 18);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(3, 64);
  head.writeBigUInt64LE(128n, 64 + 8);
  head.writeBigUInt64LE(BigInt(interpreter.length + 1), 64 + 32);
  head.write(`${interpreter}\0`, 128);
  return head;
}

test("executables: scripts, ELF with interpreter and machine, anything else", () => {
  expect(parseExecutable(Buffer.from("#! /usr/bin/env python3\nx"))).toEqual({ format: "script", interpreter: "/usr/bin/env" });
  expect(parseExecutable(elf(183, "/lib/ld-linux-aarch64.so.1"))).toEqual({ format: "elf", machine: "aarch64", interpreter: "/lib/ld-linux-aarch64.so.1" });
  expect(parseExecutable(Buffer.from("hello"))).toEqual({ format: "unknown" });
  expect(parseExecutable(Buffer.alloc(0))).toEqual({ format: "empty" });
});

test("a header that lies about its parts is read no further than it goes", () => {
  const lying = elf(62, "/lib64/ld.so");
  lying.writeBigUInt64LE(1n << 40n, 32);
  expect(parseExecutable(lying)).toEqual({ format: "elf", machine: "x86_64" });
  const far = elf(62, "/lib64/ld.so");
  far.writeBigUInt64LE(1n << 50n, 64 + 32);
  expect(parseExecutable(far)).toEqual({ format: "elf", machine: "x86_64" });
});
