import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseLine, parseText, seeLines, syntaxText } from "./syntax.ts";

const LINES: readonly (readonly [string, string, string, string])[] = [
  ["lxc.uts.name = web", "entry", "lxc.uts.name", "web"],
  ["lxc.uts.name=web", "entry", "lxc.uts.name", "web"],
  ["  \tlxc.uts.name\t =\t web \t\r", "entry", "lxc.uts.name", "web"],
  ["lxc.uts.name = 'web site'", "entry", "lxc.uts.name", "web site"],
  ['lxc.uts.name = "  web  "', "entry", "lxc.uts.name", "  web  "],
  ['lxc.uts.name = ""', "entry", "lxc.uts.name", ""],
  ["lxc.uts.name = '", "entry", "lxc.uts.name", "'"],
  ["lxc.uts.name = 'web\"", "entry", "lxc.uts.name", "'web\""],
  ["lxc.uts.name = ''web''", "entry", "lxc.uts.name", "'web'"],
  ["lxc.uts.name =", "entry", "lxc.uts.name", ""],
  ["lxc.environment = A=B=C", "entry", "lxc.environment", "A=B=C"],
  ["lxc.uts.name = web # no comment", "entry", "lxc.uts.name", "web # no comment"],
  ["lxc.=x", "entry", "lxc.", "x"],
  ["# lxc.uts.name = web", "comment", "", ""],
  ["   #", "comment", "", ""],
  ["", "blank", "", ""],
  [" \t\r", "blank", "", ""],
  ["LXC.uts.name = web", "ignored", "", ""],
  ["name = web", "ignored", "", ""],
  ["lxc", "ignored", "", ""],
  ["lxc.uts.name", "broken", "", ""],
];
test.each(LINES)("%j is %s", (text, kind, key, value) => {
  const line = parseLine(text, "config", 7);
  expect([line.kind, line.key, line.value]).toEqual([kind, key, value]);
  expect([line.file, line.line, line.text]).toEqual(["config", 7, text]);
});

test("columns count from 1 and point at the key and into the quotes", () => {
  const line = parseLine('  lxc.uts.name =  "web"', "config", 1);
  expect([line.column, line.valueColumn]).toEqual([3, 20]);
  expect(line.text.slice(line.valueColumn - 1)).toBe('web"');
  expect(parseLine("lxc.tty.max =", "config", 1).valueColumn).toBe(14);
});

const anyLine = fc.oneof(
  fc.string(), fc.constantFrom("", "\r", "# comment", "lxc.uts.name = x", "lxc.uts.name", " lxc.cap.drop = 'a' ", "lxc.include = /x"),
  fc.tuple(fc.constantFrom("lxc.", " lxc.", "#"), fc.string(), fc.constantFrom("=", " = "), fc.string()).map((parts) => parts.join("")),
);

test("nothing is lost: any text comes back byte for byte", () => {
  fc.assert(fc.property(fc.array(anyLine).map((lines) => lines.join("\n")), (text) => syntaxText(parseText("config", text)) === text));
  for (const text of ["", "\n", "\n\n", "a", "a\n", "a\n\n", "lxc.a=b\r\n"]) expect(syntaxText(parseText("config", text))).toBe(text);
});

test("value columns always point at the value", () => {
  fc.assert(fc.property(anyLine, (text) => {
    const line = parseLine(text, "config", 1);
    return line.kind !== "entry" || line.text.slice(line.valueColumn - 1, line.valueColumn - 1 + line.value.length) === line.value;
  }));
});

test("lines are numbered from 1", () => {
  expect(parseText("config", "a\n\nlxc.b = c\n").lines.map((line) => [line.line, line.kind])).toEqual([[1, "ignored"], [2, "blank"], [3, "entry"]]);
});

test("included lines stand after their include line", () => {
  const outer = parseText("outer", "lxc.a = 1\nlxc.include = x\nlxc.b = 2\n");
  const seen: string[] = [];
  seeLines({ ...outer, includes: { 1: [parseText("x", "lxc.c = 3\n"), parseText("y", "lxc.d = 4\n")] } }, (line) => { seen.push(`${line.file} ${line.key}`); });
  expect(seen).toEqual(["outer lxc.a", "outer lxc.include", "x lxc.c", "y lxc.d", "outer lxc.b"]);
});
