// The reader of archives against archives that GNU tar writes in each of its formats, and the judge against those that mean harm.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TarEntry } from "./header.ts";
import { ENTRIES_MAX, tarJudge } from "./judge.ts";
import { tarReader } from "./reader.ts";
import { scanFile, sumWithEnd } from "./scan.ts";

let work: string;
const LONG = `${"d".repeat(60)}/${"e".repeat(60)}/${"n".repeat(120)}`;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "berth-tar-"));
  mkdirSync(join(work, "in", LONG, ".."), { recursive: true });
  writeFileSync(join(work, "in", LONG), "x".repeat(100_000));
  writeFileSync(join(work, "in/small"), "y");
  spawnSync("sh", ["-c", `cd in && ln small hard && ln -s ${"t".repeat(150)} link && truncate -s 3G holes && printf z | dd of=holes bs=1 seek=2G conv=notrunc && for i in $(seq 1 60); do printf z | dd of=many bs=1 seek=\${i}M conv=notrunc; done`], { cwd: work });
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function members(path: string): readonly TarEntry[] {
  const found: TarEntry[] = [];
  const fd = openSync(path, "r");
  expect(scanFile(fd, tarReader((entry) => { found.push(entry); return undefined; }))).toBeUndefined();
  closeSync(fd);
  return found;
}

describe.each(["gnu", "pax", "oldgnu"])("tar --format=%s", (format) => {
  test("names, links, sizes; whole and in pieces of any length", () => {
    const path = join(work, `${format}.tar`);
    expect(spawnSync("tar", ["-C", join(work, "in"), `--format=${format}`, "--sparse", "--sort=name", "-cf", path, "."]).status).toBe(0);
    const all = members(path);
    const listed = spawnSync("tar", ["-tf", path], { encoding: "utf8" }).stdout.trim().split("\n");
    expect(all.map(({ name }) => name)).toEqual(listed);
    const one = (name: string) => all.find((entry) => entry.name === `./${name}`);
    expect([one(LONG)?.size, one("link")?.link, one("holes")?.realSize, one("many")?.realSize, all.filter(({ type }) => type === "1").length]).toEqual([100_000, "t".repeat(150), 3 * 2 ** 30, 60 * 2 ** 20 + 1, 1]);
    const bytes = readFileSync(path);
    for (const length of [1 << 20, 511, 513]) {
      const names: string[] = [];
      const reader = tarReader(({ name }) => { names.push(name); return undefined; });
      for (let at = 0; at < bytes.length; at += length) expect(reader.push(bytes.subarray(at, at + length))).toBeUndefined();
      expect([names, reader.end(), reader.hasEndMark()]).toEqual([listed, undefined, true]);
    }
    const cut = tarReader(() => undefined);
    expect([cut.push(bytes.subarray(0, 100)), cut.end()?.text]).toEqual([undefined, "the archive is cut off"]);
  });
});

test("one that is cut off between two members has no end mark; it is read once, for its sum", async () => {
  const path = join(work, "ends.tar");
  expect(spawnSync("tar", ["-C", join(work, "in"), "-cf", path, "small"]).status).toBe(0);
  expect(await sumWithEnd(path)).toEqual({ hex: createHash("sha256").update(readFileSync(path)).digest("hex"), warnings: [] });
  truncateSync(path, 1024);
  expect(spawnSync("tar", ["-tf", path]).status).toBe(0);
  expect((await sumWithEnd(path)).warnings).toMatchObject([{ severity: "warning", text: `'${path}' has no end mark: it may be cut off` }]);
});

const entry = (name: string, more: Partial<TarEntry> = {}): TarEntry => ({ name, type: "0", link: "", size: 0, realSize: 0, major: 0, minor: 0, ...more });
const judged = (entries: readonly TarEntry[], isMapped = false): string | undefined => {
  const judge = tarJudge({ isMapped });
  return entries.map((one) => judge(one)?.text).find((text) => text !== undefined);
};

test("what an honest system holds is let through", () => expect(judged([
  entry("./"), entry("./usr/"), entry("./lib", { type: "2", link: "usr/lib" }), entry("lib/x"), entry("etc/alternatives/vi", { type: "2", link: "/usr/bin/vim" }), entry("etc/alternatives/vim"), entry("a..b/..c"),
  entry("dev/null", { type: "3", major: 1, minor: 3 }), entry("usr/bin/a", { type: "1", link: "usr/bin/b" }), entry("bin/up", { type: "2", link: "../usr/bin/x" }), entry("var/log/lastlog", { type: "S", realSize: 1.25 * 2 ** 40 }),
])).toBeUndefined());
test("what means harm is named", () => {
  expect(judged([entry("/etc/passwd")])).toBe("the archive's member '/etc/passwd' has an absolute path");
  expect(judged([entry("a/../../b")])).toBe("the archive's member 'a/../../b' has a path with ..");
  expect(judged([entry("x", { type: "2", link: "/etc" }), entry("./x/passwd")])).toBe("the archive's member './x/passwd' goes through a symbolic link of the archive");
  expect(judged([entry("a/x", { type: "2", link: "../../etc" }), entry("a/x/b/c")])).toContain("'a/x/b/c' goes through");
  expect(judged([entry("x", { type: "1", link: "/etc/shadow" })])).toBe("the archive's member 'x' is a hard link to an absolute path");
  expect(judged([entry("x", { type: "1", link: "../s" })])).toBe("the archive's member 'x' is a hard link to a path with ..");
  expect(judged([entry("sda", { type: "4", major: 8, minor: 0 })])).toBe("the archive's member 'sda' is a device (block 8:0)");
  expect(judged([entry("dev/mem", { type: "3", major: 1, minor: 1 })])).toBe("the archive's member 'dev/mem' is a device (character 1:1)");
  expect(judged([entry("/x\nlxc-create: all is well\u001b[31m")])).toBe("the archive's member '/x\\x0alxc-create: all is well\\x1b[31m' has an absolute path");
  expect(judged([entry("./", { type: "2", link: "/etc" }), entry("passwd")])).toBe("the archive's member './' is a symbolic link in the place of the root file system");
  expect([judged([entry("dev/mem", { type: "3", major: 1, minor: 1 })], true), judged([entry("x/mem", { type: "3", major: 1, minor: 1 })], true)]).toEqual([undefined, "the archive's member 'x/mem' is a device (character 1:1)"]);
  expect(judged([entry("huge", { type: "S", realSize: 2 ** 60 })])).toContain("'huge' would be");
});
test("ten million entries", () => {
  const judge = tarJudge({ isMapped: false });
  const same = entry("var/a");
  let [count, text] = [0, ""];
  while (count < 10_000_000 && text === "") {
    text = judge(same)?.text ?? "";
    count++;
  }
  expect([count, text]).toEqual([ENTRIES_MAX + 1, `the archive's member 'var/a' is one of more than ${ENTRIES_MAX}`]);
});
test("a size that no file can have is told with the member's name", () => {
  const block = new Uint8Array(512);
  const put = (at: number, text: string): void => block.set(new TextEncoder().encode(text), at);
  put(0, "big"); block.set([0x80, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 124); put(156, "0"); put(148, "        ");
  put(148, `${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0")}\0 `);
  expect(tarReader(() => undefined).push(block)?.text).toBe("the archive's member 'big' says a size that no file can have");
});
test("a name of gigabytes is not taken into memory", () => {
  const block = new Uint8Array(512);
  const put = (at: number, text: string): void => block.set(new TextEncoder().encode(text), at);
  put(0, "././@LongLink"); put(124, "77777777777\0"); put(156, "L"); put(148, "        ");
  put(148, `${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0")}\0 `);
  expect(tarReader(() => undefined).push(block)?.text).toContain("a record of the archive is 8589934591 bytes long");
});
