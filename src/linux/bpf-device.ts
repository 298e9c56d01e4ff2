// Owns device rules of cgroup v2: the words of devices.allow and devices.deny, compiled to a BPF program
// of type BPF_PROG_TYPE_CGROUP_DEVICE. The last rule that matches decides, as in cgroup v1.

/** bpf(2): others may be attached to the same cgroup. */
export const BPF_F_ALLOW_MULTI = 2;
export const BPF_F_REPLACE = 4;

export interface DeviceRule {
  readonly isAllowed: boolean;
  readonly type: "a" | "b" | "c";
  /** undefined: any. */
  readonly major?: number;
  readonly minor?: number;
  /** ACCESS_* bits. */
  readonly access: number;
}

const ACCESS = { m: 1, r: 2, w: 4 } as const;
const EVERY_ACCESS = 7;
const TYPE = { b: 1, c: 2 } as const;

/** `c 1:3 rwm`, `b *:* m`, `a`; undefined for anything else. */
export function parseDeviceRule(text: string, isAllowed: boolean): DeviceRule | undefined {
  const [, type, major = "*", minor = "*", access = "rwm"] = /^([abc])(?:\s+(\d+|\*):(\d+|\*)(?:\s+([rwm]{1,3}))?)?$/.exec(text.trim()) ?? [];
  if (type !== "a" && type !== "b" && type !== "c") return undefined;
  const bits = (["m", "r", "w"] as const).reduce((mask, word) => (access.includes(word) ? mask | ACCESS[word] : mask), 0);
  return { isAllowed, type, access: bits, ...(major === "*" ? {} : { major: Number(major) }), ...(minor === "*" ? {} : { minor: Number(minor) }) };
}

const isForAll = (rule: DeviceRule): boolean => rule.type === "a" && rule.major === undefined && rule.minor === undefined && rule.access === EVERY_ACCESS;

/** One struct bpf_insn. */
function instruction(code: number, { dst = 0, src = 0, offset = 0, immediate = 0 }: { readonly dst?: number; readonly src?: number; readonly offset?: number; readonly immediate?: number } = {}): string {
  const bytes = [code, dst | (src << 4), offset & 0xff, (offset >> 8) & 0xff, ...[0, 8, 16, 24].map((shift) => (immediate >>> shift) & 0xff)];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const LOAD32 = 0x61, MOVE32 = 0xbc, MOVE = 0xb7, AND32 = 0x54, SHIFT_RIGHT32 = 0x74, JUMP_IF_NOT = 0x55, JUMP_IF = 0x15, EXIT = 0x95;
/** Registers: the request's type, access, major, minor; one to work with. */
const R = { result: 0, work: 1, type: 2, access: 3, major: 4, minor: 5 } as const;

/** struct bpf_cgroup_dev_ctx: access_type (access << 16 | type), major, minor. */
const prologue = (): readonly string[] => [
  instruction(LOAD32, { dst: R.type, src: R.work }), instruction(LOAD32, { dst: R.major, src: R.work, offset: 4 }), instruction(LOAD32, { dst: R.minor, src: R.work, offset: 8 }),
  instruction(MOVE32, { dst: R.access, src: R.type }), instruction(SHIFT_RIGHT32, { dst: R.access, immediate: 16 }), instruction(AND32, { dst: R.type, immediate: 0xffff }),
];
const answer = (isAllowed: boolean): readonly string[] => [instruction(MOVE, { dst: R.result, immediate: isAllowed ? 1 : 0 }), instruction(EXIT)];

/** Tests of one rule; each jumps over the rest of it when it does not match. */
function ruleCode(rule: DeviceRule): readonly string[] {
  type Step = (skip: number) => string;
  const steps: Step[] = [];
  if (rule.type !== "a") steps.push((skip) => instruction(JUMP_IF_NOT, { dst: R.type, immediate: TYPE[rule.type === "b" ? "b" : "c"], offset: skip }));
  if (rule.access !== EVERY_ACCESS) {
    // an allowance must cover all that is asked for, a denial strikes at any part of it
    const mask = rule.isAllowed ? EVERY_ACCESS & ~rule.access : rule.access;
    steps.push(() => instruction(MOVE32, { dst: R.work, src: R.access }), () => instruction(AND32, { dst: R.work, immediate: mask }));
    steps.push((skip) => instruction(rule.isAllowed ? JUMP_IF_NOT : JUMP_IF, { dst: R.work, immediate: 0, offset: skip }));
  }
  const { major, minor } = rule;
  if (major !== undefined) steps.push((skip) => instruction(JUMP_IF_NOT, { dst: R.major, immediate: major, offset: skip }));
  if (minor !== undefined) steps.push((skip) => instruction(JUMP_IF_NOT, { dst: R.minor, immediate: minor, offset: skip }));
  const end = answer(rule.isAllowed);
  return [...steps.map((step, i) => step(steps.length - i - 1 + end.length)), ...end];
}

/** Bytes of the program, as hex. What no rule matches is denied, unless all was allowed before. */
export function deviceProgram(rules: readonly DeviceRule[]): string {
  const last = rules.findLastIndex(isForAll);
  const isOpen = rules[last]?.isAllowed ?? false;
  return [...prologue(), ...rules.slice(last + 1).toReversed().flatMap(ruleCode), ...answer(isOpen)].join("");
}

const sameDevice = (a: DeviceRule, b: DeviceRule): boolean => a.type === b.type && a.major === b.major && a.minor === b.minor;

/** The device of a rule with other rights. */
const withAccess = (rule: DeviceRule, access: number): readonly DeviceRule[] => (access === 0 ? [] : [{ ...rule, isAllowed: true, access }]);

function ruleText({ type, major, minor, access }: DeviceRule): string {
  const words = (["r", "w", "m"] as const).filter((word) => (access & ACCESS[word]) !== 0).join("");
  return `${type} ${major ?? "*"}:${minor ?? "*"} ${words}`;
}

/** devices.list, as cgroup v1 prints it: what is allowed, device by device; `a *:* rwm` where that is the rule and the rest are exceptions. */
export function deviceList(rules: readonly DeviceRule[]): readonly string[] {
  const last = rules.findLastIndex(isForAll);
  if (rules[last]?.isAllowed ?? false) return ["a *:* rwm"];
  const allowed = rules.slice(last + 1).reduce<readonly DeviceRule[]>((list, rule) => {
    const known = list.find((one) => sameDevice(one, rule));
    const others = list.filter((one) => one !== known);
    const access = rule.isAllowed ? (known?.access ?? 0) | rule.access : (known?.access ?? 0) & ~rule.access;
    return known === undefined ? [...list, ...(rule.isAllowed ? withAccess(rule, access) : [])] : [...others, ...withAccess(rule, access)];
  }, []);
  return allowed.map(ruleText);
}
