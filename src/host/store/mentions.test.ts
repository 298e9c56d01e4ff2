import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mayMention } from "./mentions.ts";

const root = mkdtempSync(join(tmpdir(), "berth-mentions-"));
afterAll(() => rmSync(root, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(root, name), text);
  return join(root, name);
};
mkdirSync(join(root, "conf.d"));

test("only what is surely not there is denied", () => {
  expect(mayMention(file("plain", "lxc.tty.max = 4\n"), ["lxc.environment"])).toBe(false);
  expect(mayMention(file("own", "lxc.environment = A=1\n"), ["lxc.environment"])).toBe(true);
});

test("includes are looked into: files, directories, quoted; what cannot be read might hold it", () => {
  const one = file("one", "lxc.signal.halt = SIGUSR1\n");
  expect(mayMention(file("a", `lxc.include = ${one}\n`), ["lxc.signal"])).toBe(true);
  expect(mayMention(file("b", `  lxc.include= "${one}"\n`), ["lxc.environment"])).toBe(false);
  expect(mayMention(file("c", `lxc.include = ${root}/conf.d/\n`), ["lxc.signal"])).toBe(false);
  file("conf.d/x.conf", "lxc.signal.halt = 9\n");
  expect(mayMention(file("c", `lxc.include = ${root}/conf.d/\n`), ["lxc.signal"])).toBe(true);
  expect(mayMention(file("d", `lxc.include = ${root}/none\n`), ["x"])).toBe(true);
  expect(mayMention(file("e", "lxc.include = relative\n"), ["x"])).toBe(true);
  expect(mayMention(file("f", `lxc.include = ${root}/f\n`), ["x"])).toBe(true);
});
