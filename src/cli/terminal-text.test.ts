import { expect, test } from "bun:test";
import type { Request } from "../model/request.ts";
import { consoleText, terminalText } from "./terminal-text.ts";

const request = (isTty: boolean): Request => ({ kind: "command", argv: [], cwd: "/", env: {}, pid: 1, uid: 0, euid: 0, gid: 0, egid: 0, isTty: [false, isTty, false], inheritedFds: [], cgroup: "", prefix: "/" });

test("what would move the cursor is told on a terminal, and given as it is elsewhere", () => {
  const text = "lxc.uts.name = a\u001b[2J\r\tb\u009b1m é\n";
  expect(terminalText(request(true), text)).toBe("lxc.uts.name = a\\x1b[2J\\x0d\tb\\x9b1m é\n");
  expect(terminalText(request(false), text)).toBe(text);
});

test("of a console the colours stay", () => {
  const text = "\u001b[1;31mred\u001b[0m\u001b[2J\u0007";
  expect(consoleText(request(true), text)).toBe("\u001b[1;31mred\u001b[0m\\x1b[2J\\x07");
  expect(consoleText(request(false), text)).toBe(text);
});
