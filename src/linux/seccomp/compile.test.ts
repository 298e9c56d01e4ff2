import { expect, test } from "bun:test";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import type { Comparison } from "./bpf.ts";
import { OPERATORS } from "./bpf.ts";
import { compilePolicy } from "./compile.ts";
import { filterOf, runFilter } from "./golden/machine.ts";
import { I386, X32, X86_64 } from "./x86.gen.ts";

const X86_64_ARCH = 0xc000003e, I386_ARCH = 0x40000003, X32_BIT = 0x40000000;
const ALLOW = 0x7fff0000, KILL = 0, TRAP = 0x00030000;
const errno = (number: number): number => 0x00050000 | number;

async function compiled(text: string, machine = "x86_64"): Promise<string> {
  const { program, flaws } = await compilePolicy(text, machine);
  if (program === undefined) throw new Error(JSON.stringify(flaws));
  return program;
}
const numberIn = (table: string, name: string): number => Number(new RegExp(`,${name}=(\\d+),`).exec(table)?.[1]);
const native = (name: string): number => numberIn(X86_64, name);

test("the policy that Debian ships refuses what it names, by every way into the kernel", async () => {
  const program = await compiled(readFileSync(new URL("../../../share/lxc/config/common.seccomp", import.meta.url), "utf8"));
  for (const [arch, table, bit] of [[X86_64_ARCH, X86_64, 0], [X86_64_ARCH, X32, X32_BIT], [I386_ARCH, I386, 0]] as const) {
    const answerTo = (name: string, args: readonly bigint[] = []): number => runFilter(program, { arch, number: numberIn(table, name) + bit, args });
    expect(["kexec_load", "open_by_handle_at", "init_module", "finit_module", "delete_module"].map((name) => answerTo(name))).toEqual(Array.from({ length: 5 }, () => errno(1)));
    expect(["read", "mount", "clone3", "kexec_file_load"].map((name) => Number.isNaN(numberIn(table, name)) || answerTo(name) === ALLOW)).toEqual([true, true, true, true]);
    expect([0n, 1n, 2n, 3n, 0x100000001n].map((flags) => answerTo("umount2", [0n, flags]))).toEqual([ALLOW, errno(13), ALLOW, errno(13), errno(13)]);
  }
  expect(program.length / 16).toBeLessThan(100);
});

test("another architecture is killed, a skipped call is the fallback's", async () => {
  const program = await compiled("2\nallowlist errno 5\nread\n");
  expect(runFilter(program, { arch: 0xc00000b7, number: native("read") })).toBe(KILL);
  expect(runFilter(program, { arch: X86_64_ARCH, number: 0xffffffff })).toBe(errno(5));
});

test("version 1 opens the machine's own interface only", async () => {
  const program = await compiled("1\nallowlist\n0\n1\n# write\n60\n");
  expect([0, 1, 2, 60].map((number) => runFilter(program, { arch: X86_64_ARCH, number }))).toEqual([ALLOW, ALLOW, KILL, ALLOW]);
  expect([{ arch: I386_ARCH, number: 1 }, { arch: X86_64_ARCH, number: X32_BIT + 1 }].map((call) => runFilter(program, call))).toEqual([KILL, KILL]);
});

test("a rule without comparisons wins, the first of them; comparisons are tried in order", async () => {
  const program = await compiled("2\ndenylist\nmkdir errno 1 [0,5,==]\nmkdir errno 2\nmkdir errno 3\nrmdir errno 4 [0,5,>=]\nrmdir trap [0,3,>=]\n");
  const answerTo = (name: string, arg: bigint): number => runFilter(program, { arch: X86_64_ARCH, number: native(name), args: [arg] });
  expect([5n, 6n].map((arg) => answerTo("mkdir", arg))).toEqual([errno(2), errno(2)]);
  expect([6n, 4n, 2n].map((arg) => answerTo("rmdir", arg))).toEqual([errno(4), TRAP, ALLOW]);
});

test("i386's socketcall and ipc are no way around a refused call", async () => {
  const program = await compiled("2\ndenylist\nsocket errno 97\nlisten errno 1 [1,5,>]\nshmget errno 3\nsend errno 4\n");
  const answerTo = (name: string, call: bigint): number => runFilter(program, { arch: I386_ARCH, number: numberIn(I386, name), args: [call] });
  expect([1n, 2n, 4n, 9n].map((call) => answerTo("socketcall", call))).toEqual([errno(97), ALLOW, ALLOW, errno(4)]);
  expect([23n, 0x10017n, 24n].map((call) => answerTo("ipc", call))).toEqual([errno(3), errno(3), ALLOW]);
  expect(answerTo("socket", 0n)).toBe(errno(97));
  expect((await compilePolicy("2\ndenylist\nsend errno 4\n", "x86_64")).flaws).toEqual([]);
});

test("on arm64 its own names and those of arm count", async () => {
  const program = await compiled("2\ndenylist\n[x86_64]\nread errno 1\n[arm]\ncacheflush errno 3\n[all]\numount2 errno 2\n", "aarch64");
  expect([[0xc00000b7, 39], [0x40000028, 52], [0x40000028, 0xf0002], [0xc00000b7, 63]].map(([arch = 0, number = 0]) => runFilter(program, { arch, number }))).toEqual([errno(2), errno(2), errno(3), ALLOW]);
});

test("a system without tables is told so", async () => {
  expect((await compilePolicy("2\ndenylist\n", "s390x")).flaws.map(({ text }) => text)).toEqual(["seccomp policies are not supported on s390x"]);
});

const number64 = fc.oneof(fc.bigInt(0n, 8n), fc.bigInt(0xfffffffen, 0x100000002n), fc.bigInt(0n, 0xffffffffffffffffn));
const comparison = fc.record({ index: fc.nat(5), operator: fc.constantFrom(...OPERATORS), value: number64, mask: number64 });

function holds({ index, operator, value, mask = 0n }: Comparison, args: readonly bigint[], isWide: boolean): boolean {
  const narrow = (wide: bigint): bigint => (isWide ? wide : BigInt.asUintN(32, wide));
  const [arg, right] = [narrow(args[index] ?? 0n), narrow(value)];
  switch (operator) {
    case "==": return arg === right;
    case "!=": return arg !== right;
    case "<": return arg < right;
    case "<=": return arg <= right;
    case ">": return arg > right;
    case ">=": return arg >= right;
    case "&=": return (arg & narrow(mask)) === narrow(value & mask);
  }
}

test("comparisons mean what they say, on 64 bits and on 32", async () => {
  await fc.assert(fc.asyncProperty(fc.array(comparison, { minLength: 1, maxLength: 6 }), fc.array(number64, { minLength: 6, maxLength: 6 }), async (comparisons, drawn) => {
    // an argument that is the value itself is worth more than a random one
    const args = drawn.map((arg, i) => (arg % 2n === 0n ? comparisons.find(({ index }) => index === i)?.value ?? arg : arg));
    const words = comparisons.map(({ index, operator, value, mask }) => `[${index},0x${value.toString(16)},${operator}${operator === "&=" ? `,0x${mask.toString(16)}` : ""}]`);
    const program = await compiled(`2\ndenylist\nmkdir errno 7 ${words.join("")}\n`);
    const wanted = (isWide: boolean): number => (comparisons.every((one) => holds(one, args, isWide)) ? errno(7) : ALLOW);
    expect(runFilter(program, { arch: X86_64_ARCH, number: native("mkdir"), args })).toBe(wanted(true));
    expect(runFilter(program, { arch: I386_ARCH, number: numberIn(I386, "mkdir"), args })).toBe(wanted(false));
  }), { numRuns: 200 });
});

const names = X86_64.split(",").flatMap((pair) => (pair === "" ? [] : [pair.split("=")[0] ?? ""]));
test("a long policy answers for every number as its lines say", async () => {
  const rule = fc.record({ name: fc.constantFrom(...names), action: fc.constantFrom("kill", "allow", "trap", "errno 1", "errno 2", "errno 9 [0,1,==]") });
  await fc.assert(fc.asyncProperty(fc.uniqueArray(rule, { selector: ({ name }) => name, maxLength: names.length }), async (rules) => {
    const program = await compiled(`2\nallowlist errno 38\n${rules.map(({ name, action }) => `${name} ${action}`).join("\n")}\n`);
    const decide = filterOf(program);
    const byName = new Map(rules.map(({ name, action }) => [name, action]));
    const answers: Readonly<Record<string, number>> = { kill: KILL, allow: ALLOW, trap: TRAP, "errno 1": errno(1), "errno 2": errno(2), "errno 9 [0,1,==]": errno(9) };
    for (const name of names) expect({ name, answer: decide({ arch: X86_64_ARCH, number: native(name), args: [1n] }) }).toEqual({ name, answer: answers[byName.get(name) ?? ""] ?? errno(38) });
    for (const number of [350, 400, 999, X32_BIT - 1]) expect(runFilter(program, { arch: X86_64_ARCH, number })).toBe(errno(38));
  }), { numRuns: 20 });
});

test("a filter that is too long is refused", async () => {
  const line = (name: string): string => `${name} errno 1 [0,1,==][1,1,==][2,1,==][3,1,==]`;
  const { program, flaws } = await compilePolicy(`2\ndenylist\n${names.map(line).join("\n")}\n`, "x86_64");
  expect(program).toBeUndefined();
  expect(flaws.map(({ text }) => text.replaceAll(/\d+/g, "N"))).toEqual(["the policy becomes a filter of N instructions; the kernel takes N"]);
});
