import { expect, test } from "bun:test";
import { problemLines, problemsOf, readerOf } from "./golden/load.ts";
import { readConfig } from "./index.ts";
import { ignoredLines } from "./ignored.ts";

const TEXT = "nonsense\nlxc.tty.max = 1\nlxc.include = /more\nlcx.uts.name = web\n  tty.max = 4\n#c\n\nPATH=/bin\n";
const FILES = { "/more": "LXC.tty.max = 3\n" };

test("lint hears of each line that says nothing, where it stands; a start says nothing of it", () => {
  const syntax = readConfig({ file: "config", text: TEXT, read: readerOf(FILES), cwd: "/" });
  expect(syntax.ok && problemLines(ignoredLines(syntax.value))).toEqual([
    "config:1:1 warning config.syntax: 'nonsense' does not start with 'lxc.', the line is left out; begin the line with # if it is a comment",
    "/more:1:1 warning config.syntax: 'LXC.tty.max = 3' does not start with 'lxc.', the line is left out; did you mean 'lxc.tty.max'?",
    "config:4:1 warning config.syntax: 'lcx.uts.name = web' does not start with 'lxc.', the line is left out; did you mean 'lxc.uts.name'?",
    "config:5:3 warning config.syntax: 'tty.max = 4' does not start with 'lxc.', the line is left out; did you mean 'lxc.tty.max'?",
    "config:8:1 warning config.syntax: 'PATH=/bin' does not start with 'lxc.', the line is left out; begin the line with # if it is a comment",
  ]);
  expect(problemsOf(TEXT, FILES)).toEqual([]);
});
