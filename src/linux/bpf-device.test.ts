import { expect, test } from "bun:test";
import fc from "fast-check";
import type { DeviceRule } from "./bpf-device.ts";
import { deviceList, deviceProgram, parseDeviceRule } from "./bpf-device.ts";

/** Runs a program as the kernel would; throws on an instruction that is none of ours or a jump out of it. */
function run(hex: string, request: { readonly type: number; readonly access: number; readonly major: number; readonly minor: number }): boolean {
  const code = new DataView(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)).buffer);
  const context = [(request.access << 16) | request.type, request.major, request.minor];
  const registers = Array.from({ length: 11 }, () => 0);
  for (let at = 0; ; at++) {
    const [op, regs, offset, value] = [code.getUint8(8 * at), code.getUint8(8 * at + 1), code.getInt16(8 * at + 2, true), code.getInt32(8 * at + 4, true)];
    const [dst, src] = [regs & 15, regs >> 4];
    const is = registers[dst]!;
    if (op === 0x61) registers[dst] = context[offset / 4]!;
    else if (op === 0xbc) registers[dst] = registers[src]!;
    else if (op === 0xb7) registers[dst] = value;
    else if (op === 0x54) registers[dst] = is & value;
    else if (op === 0x74) registers[dst] = is >>> value;
    else if (op === 0x55) at += is === value ? 0 : offset;
    else if (op === 0x15) at += is === value ? offset : 0;
    else if (op === 0x95) return registers[0] === 1;
    else throw new Error(`instruction ${op}`);
  }
}

/** The meaning of the rules, in plain words: the last that matches decides. */
function isAllowed(rules: readonly DeviceRule[], { type, access, major, minor }: { type: number; access: number; major: number; minor: number }): boolean {
  let answer = false;
  for (const rule of rules) {
    const isType = rule.type === "a" || (rule.type === "b" ? 1 : 2) === type;
    const isNumber = (rule.major ?? major) === major && (rule.minor ?? minor) === minor;
    const isAccess = rule.isAllowed ? (access & ~rule.access) === 0 : (access & rule.access) !== 0;
    if (isType && isNumber && isAccess) answer = rule.isAllowed;
  }
  return answer;
}

test("words", () => {
  expect(parseDeviceRule("c 1:3 rwm", true)).toEqual({ isAllowed: true, type: "c", major: 1, minor: 3, access: 7 });
  expect(parseDeviceRule("b *:* m", false)).toEqual({ isAllowed: false, type: "b", access: 1 });
  expect(parseDeviceRule("a", false)).toEqual({ isAllowed: false, type: "a", access: 7 });
  expect(["", "d 1:1 r", "c 1 r", "c 1:1 x", "/dev/null rwm", "c 1:-1 r"].map((text) => parseDeviceRule(text, true))).toEqual(Array.from({ length: 6 }, () => undefined));
});

const small = fc.integer({ min: 0, max: 3 });
const rule: fc.Arbitrary<DeviceRule> = fc.record({ isAllowed: fc.boolean(), type: fc.constantFrom("a", "b", "c"), access: fc.integer({ min: 1, max: 7 }), major: fc.option(small, { nil: undefined }), minor: fc.option(small, { nil: undefined }) })
  .map(({ major, minor, ...rest }) => ({ ...rest, ...(major === undefined ? {} : { major }), ...(minor === undefined ? {} : { minor }) }));
test("the program answers as the rules mean", () => {
  fc.assert(fc.property(fc.array(rule, { maxLength: 6 }), fc.record({ type: fc.constantFrom(1, 2), access: fc.integer({ min: 1, max: 7 }), major: small, minor: small }), (rules, request) => {
    expect(run(deviceProgram(rules), request)).toBe(isAllowed(rules, request));
  }), { numRuns: 500 });
});

const rulesOf = (...lines: readonly string[]): readonly DeviceRule[] => lines.map((line) => parseDeviceRule(line.slice(1), line.startsWith("+"))!);
test.each([
  [[], []], [["+a"], ["a *:* rwm"]], [["+a", "-c 1:3 rwm"], ["a *:* rwm"]], [["-a", "+c 1:3 rw", "+c *:* m"], ["c 1:3 rw", "c *:* m"]],
  [["-a", "+c 1:3 rw", "+c 1:3 m", "-c 1:3 w"], ["c 1:3 rm"]], [["+c 1:3 rwm", "-c 1:3 rwm", "+b 8:0 r"], ["b 8:0 r"]], [["+a", "-a", "-c 1:3 r"], []],
] as const)("%j as devices.list", (lines, list) => { expect(deviceList(rulesOf(...lines))).toEqual([...list]); });

/** Programs as the kernel takes them, instruction by instruction: struct bpf_insn, little-endian. */
test.each([
  ["nothing is allowed", [], "0"], ["everything is", ["+a"], "1"],
] as const)("golden: %s", (_, lines, answer) => {
  expect(deviceProgram(rulesOf(...lines)).match(/.{16}/g)).toEqual([
    "6112000000000000", // r2 = type and access
    "6114040000000000", // r4 = major
    "6115080000000000", // r5 = minor
    "bc23000000000000", // r3 = r2
    "7403000010000000", // r3 >>= 16: access
    "54020000ffff0000", // r2 &= 0xffff: type
    `b70000000${answer}000000`, // r0 =
    "9500000000000000", // exit
  ]);
});
test("golden: c 1:3 rw out of an allow list", () => {
  expect(deviceProgram(rulesOf("-a", "+c 1:3 rw")).match(/.{16}/g)?.slice(6)).toEqual([
    "5502070002000000", // not a character device: to the end
    "bc31000000000000", "5401000001000000", // asks for more than rw: mknod
    "5501040000000000",
    "5504030001000000", "5505020003000000", // major 1, minor 3
    "b700000001000000", "9500000000000000", // allowed
    "b700000000000000", "9500000000000000",
  ]);
});
