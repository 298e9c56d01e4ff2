import { expect, test } from "bun:test";
import type { Log } from "./log.ts";
import { say } from "./say.ts";
import type { Voice } from "./say.ts";

function listening(): { readonly voice: Voice; readonly heard: string[] } {
  const heard: string[] = [];
  const log: Log = { add: (priority, text) => void heard.push(`${priority} ${text}`), isOn: () => true };
  return { voice: { program: "lxc-start", name: "web", isQuiet: false, log }, heard };
}
const PROBLEM = { code: "config.key", text: "unknown key 'lxc.foo'", cause: "c", remedy: "r", at: { kind: "config", file: "/c/config", line: 3, key: "lxc.foo" } } as const;

test("prefix, place, cause and remedy; one line in the log", () => {
  const { voice, heard } = listening();
  expect(say(voice, [PROBLEM])).toBe("lxc-start: web: /c/config:3 lxc.foo: unknown key 'lxc.foo'\n    cause: c\n    remedy: r\n");
  expect(heard).toEqual(["ERROR /c/config:3 lxc.foo: unknown key 'lxc.foo'; c; r"]);
});

test("the key is said once", () => {
  const at = { kind: "config", file: "/c/config", line: 3, key: "lxc.tty.max" } as const;
  expect(say(listening().voice, [{ code: "config.value", text: "lxc.tty.max: 'many' is not a number", at }])).toBe("lxc-start: web: /c/config:3: lxc.tty.max: 'many' is not a number\n");
  expect(say(listening().voice, [{ code: "config.syntax", text: "'no line' does not start with 'lxc.'", at: { ...at, key: "no line" } }])).toBe("lxc-start: web: /c/config:3: 'no line' does not start with 'lxc.'\n");
});

test("the line is shown, its token marked, what was expected beside the mark", () => {
  const at = { kind: "config", file: "/c/config", line: 3, column: 15, key: "lxc.tty.max" } as const;
  const problem = { code: "config.value", text: "lxc.tty.max: 'many' is not a number", cause: "expected a number", remedy: "r", at, excerpt: { text: "lxc.tty.max = many", start: 14, length: 4 } } as const;
  expect(say(listening().voice, [problem])).toBe(`lxc-start: web: /c/config:3: lxc.tty.max: 'many' is not a number
    lxc.tty.max = many
                  ^^^^ expected a number
    remedy: r
`);
  expect(say(listening().voice, [{ ...problem, cause: "of something else" }])).toContain("^^^^\n    cause: of something else\n");
  expect(say(listening().voice, [{ ...problem, code: "config.legacy", severity: "warning" }])).not.toContain("^^^^");
});

test("a warning says so; without a name there is no name", () => {
  const { voice, heard } = listening();
  expect(say({ ...voice, name: "" }, [{ code: "cgroup.undelegated", severity: "warning", text: "no limits" }])).toBe("lxc-start: warning: no limits\n");
  expect(heard).toEqual(["WARN no limits"]);
});

test("quiet: only the log hears it", () => {
  const { voice, heard } = listening();
  expect(say({ ...voice, isQuiet: true }, [PROBLEM])).toBe("");
  expect(heard).toHaveLength(1);
});

test("what somebody else has written moves no cursor", () => {
  const { voice, heard } = listening();
  expect(say(voice, [{ code: "image.invalid", text: "the member 'a\u001b[31mb'", cause: "\u009b2J\tc", remedy: "\r" }])).toBe("lxc-start: web: the member 'a\\x1b[31mb'\n    cause: \\x9b2J\tc\n    remedy: \\x0d\n");
  expect(heard).toEqual(["ERROR the member 'a\\x1b[31mb'; \\x9b2J\tc; \\x0d"]);
});
