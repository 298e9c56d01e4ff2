// Writes engine/fuzz/corpus/plan: plans as the encoder writes them, one for each shape that the decoder must know.
// Run it again when the layout changes: node_modules/.bin/bun engine/fuzz/seeds.ts
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { encode } from "../../src/isa/encode.ts";
import type { Op, OpArgs, OpKind } from "../../src/isa/op.ts";
import { byDefault } from "../../src/model/origin.ts";

const op = <K extends OpKind>(kind: K, args: OpArgs[K], frame: { readonly undo?: readonly Op[]; readonly onError?: "ignore" | readonly ["EPERM"]; readonly when?: "stop" } = {}): Op => {
  const made: unknown = { op: kind, from: byDefault("seed"), ...args, ...frame };
  return made as Op;
};
const unlink = op("unlink", { path: "/d", flags: 0x200 });

const SEEDS: Readonly<Record<string, readonly Op[]>> = {
  empty: [],
  immediates: [op("rlimit", { resource: 7, soft: 1, hard: 0xffffffffffffffffn }), op("caps", { effective: 1, permitted: 1, inheritable: 0 }), op("setsid", {})],
  texts: [op("exec", { path: "/bin/sh", argv: ["sh", "-c", "true"], env: ["A=1", ["B=", { slot: 1 }, "/", { startTime: 2 }]], fallback: [] }), op("fsMount", { type: "proc", options: ["ro"], into: 3 })],
  composed: [op("writeFile", { path: ["/proc/", { slot: 1 }, "/uid_map"], data: [{ hex: "00ff" }, { raw32: 1 }, "text"] }), op("seccomp", { program: [{ hex: "0600000000000000" }] })],
  lists: [op("setIds", { uid: 1, gid: 2, groups: [3, 4, 5] }), op("closeInherited", { except: [7] }), op("supervise", { pid: 1, pidfd: 2, ttys: [3, 4], record: "/r", options: ["ring=1"] })],
  undo: [op("mkdir", { path: "/d", mode: 0o755 }, { undo: [unlink, unlink] }), op("chdir", { path: "/d" }, { onError: ["EPERM"], when: "stop" })],
  nested: [op("clone", { flags: 0x20000, name: "a", pid: 0, pidfd: 1, body: [op("clone", { flags: 0, name: "b", pid: 2, body: [op("post", { number: 1 }), op("await", { number: 2, child: 1 })] }), op("getpid", { into: 3 }, { onError: "ignore", undo: [unlink] })] })],
};

const dir = new URL("corpus/plan/", import.meta.url).pathname;
rmSync(dir, { recursive: true, force: true });
mkdirSync(dir, { recursive: true });
for (const [name, ops] of Object.entries(SEEDS)) writeFileSync(`${dir}${name}`, encode({ verb: "seed", name: "seed", lxcpath: "/", ops }, "notes"));
