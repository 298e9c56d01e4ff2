import { expect, test } from "bun:test";
import fc from "fast-check";
import { compilePolicy } from "./compile.ts";
import { ACTION, readPolicy } from "./policy.ts";

const SECTIONS = ["all", "x86_64", "x86", "x32"];
const read = (text: string): ReturnType<typeof readPolicy> => readPolicy(text, SECTIONS);
const flaws = (text: string): readonly string[] => read(text).flaws.map(({ line, text: what }) => `${line}: ${what}`);

test("styles and what a call without a rule gets", () => {
  const fallback = (head: string): readonly number[] => { const { policy } = read(`${head}\nmkdir\n`); return [policy.fallback, policy.rules[0]?.action ?? -1]; };
  expect(fallback("2\ndenylist")).toEqual([ACTION.allow, ACTION.kill]);
  expect(fallback("2\nblacklist trap")).toEqual([ACTION.trap, ACTION.kill]);
  expect(fallback("2\nallowlist")).toEqual([ACTION.kill, ACTION.allow]);
  expect(fallback("2\nwhitelist errno 38")).toEqual([ACTION.errno | 38, ACTION.allow]);
});

test("rules: action, comparisons, comments", () => {
  const { policy, flaws: none } = read("2\ndenylist\n# all\n\nreject_force_umount  # see umount2(2)\n[all]\n mkdir  errno  3 # no\nrmdir trap [0,0x10,&=,0xf0] [1,-1,SCMP_CMP_EQ]\n");
  expect(none).toEqual([]);
  expect(policy.rules).toEqual([
    { line: 5, call: "umount2", action: ACTION.errno | 13, comparisons: [{ index: 1, operator: "&=", value: 1n, mask: 1n }] },
    { line: 7, call: "mkdir", action: ACTION.errno | 3, comparisons: [] },
    { line: 8, call: "rmdir", action: ACTION.trap, comparisons: [{ index: 0, operator: "&=", value: 0x10n, mask: 0xf0n }, { index: 1, operator: "==", value: 0xffffffffffffffffn }] },
  ]);
});

test("sections of other machines are passed over", () => {
  const { policy } = read("2\ndenylist\nmkdir\n[arm64]\nrmdir\n[X86]\nread\n[all]\nwrite\n");
  expect(policy.rules.map(({ call }) => call)).toEqual(["mkdir", "read", "write"]);
});

test("what is wrong is said with its line", () => {
  expect(flaws("")).toEqual(["1: '' is not the version of a seccomp policy"]);
  expect(flaws("3\ndenylist\n")).toEqual(["1: '3' is not the version of a seccomp policy"]);
  expect(flaws("2\nmkdir\n")).toEqual(["2: 'mkdir' is not the style of a seccomp policy"]);
  expect(flaws("1\ndenylist\n1\n")).toEqual(["2: 'denylist' is not the style of a seccomp policy"]);
  expect(flaws("1\nallowlist\nread\n")).toEqual(["3: 'read' is not the number of a system call"]);
  expect(flaws("2\ndenylist\n[sparc]\nmkdir foo\nmkdir errno EPERM\nmkdir errno 5000\nmkdir notify\nmkdir kill now\nmkdir kill [6,1,==]\nmkdir kill [0,x,==]\nmkdir kill [0,1,=]\nmkdir kill [0,1,==\n")).toEqual([
    "3: '[sparc]' is not a section",
  ]);
  expect(flaws("2\ndenylist\nmkdir foo\nmkdir errno EPERM\nmkdir errno 5000\nmkdir notify\nmkdir kill now\nmkdir kill [6,1,==]\nmkdir kill [0,x,==]\nmkdir kill [0,1,=]\nmkdir kill [0,1,==\nmkdir kill [0,1,&=,x]\n")).toEqual([
    "3: 'foo' is not an action", "4: 'errno EPERM': errno takes a number up to 4095", "5: 'errno 5000': errno takes a number up to 4095", "7: 'kill now' is not an action", "8: '[6,1,==]' compares argument '6': a system call has arguments 0 to 5", "9: 'x' is not a number of 64 bits",
    "10: '=' compares nothing: operators are != < <= == >= > &=", "11: '[0,1,==' is not a list of [INDEX,VALUE,OPERATOR]", "12: '[0,1,&=,x]' does not end with a mask",
  ]);
});

test("notify is an action like others, but for the call that hands the listener over", async () => {
  const asked = async (text: string): Promise<unknown> => {
    const { program, isNotified, flaws: found } = await compilePolicy(text, "x86_64");
    return program === undefined ? found.map(({ line, text: what }) => `${line}: ${what}`) : isNotified === true;
  };
  expect(await asked("2\ndenylist\nmkdir errno 1\n")).toBe(false);
  expect(await asked("2\ndenylist\nmkdir notify [1,5,==]\n")).toBe(true);
  expect(await asked("2\nallowlist notify\nsendmsg\n")).toBe(true);
  const refused = "the action notify cannot be had for 'sendmsg': the start itself needs that call before anybody can answer";
  expect(await asked("2\ndenylist\nmkdir notify\nsendmsg notify [0,7,==]\n")).toEqual([`4: ${refused}`]);
  expect(await asked("2\nallowlist notify\nsendmsg allow [0,7,==]\n")).toEqual([`2: ${refused}`]);
});

test("a call that nobody knows is warned of where it was to be refused", async () => {
  const { program, flaws: found } = await compilePolicy("2\ndenylist\nmkdirr errno 1\numount errno 1\n", "x86_64");
  expect(program).toBeDefined();
  expect(found).toEqual([{ line: 3, text: "'mkdirr' is not a system call that is known here: it is not filtered", isWarning: true }]);
  expect((await compilePolicy("2\nallowlist\ncacheflush\n", "x86_64")).flaws).toEqual([]);
});

test("any text is a policy or has flaws", async () => {
  const word = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom("2", "1", "denylist", "allowlist", "mkdir", "errno", "5", "[0,1,==]", "[", "]", ",", "#", "[all]", "\n", " "));
  await fc.assert(fc.asyncProperty(fc.array(word, { maxLength: 30 }), fc.boolean(), async (words, isStarted) => {
    const { program, flaws: found } = await compilePolicy((isStarted ? "2\ndenylist\n" : "") + words.join(""), "x86_64");
    expect(program === undefined).toBe(found.some(({ isWarning }) => isWarning !== true));
    expect(found.every(({ line }) => line >= 1)).toBe(true);
  }));
});
