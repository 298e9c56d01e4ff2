import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logLine, openLog, stamp } from "./log.ts";
import type { LogSettings } from "./log.ts";

const lxcpath = mkdtempSync(join(tmpdir(), "log-"));
afterAll(() => rmSync(lxcpath, { recursive: true, force: true }));
const settings = (more: Partial<LogSettings> = {}): LogSettings => ({ program: "lxc-start", name: "web", lxcpath, isRoot: true, ...more });
const NOON = new Date(Date.UTC(2026, 10, 22, 11, 26, 33, 546));

test("a line has LXC's shape", () => {
  expect(stamp(NOON)).toBe("20261122112633.546");
  expect(logLine(settings(), NOON, { priority: "WARN", text: "hm" })).toBe("lxc-start web 20261122112633.546 WARN     berth - berth:main:0 - hm\n");
});

test("the place is the line of the config", () => {
  const at = { kind: "config", file: "/c/config", line: 14, key: "lxc.idmap" } as const;
  expect(logLine(settings(), NOON, { priority: "ERROR", text: "too small", problem: { code: "idmap.range", text: "too small", at } }))
    .toBe("lxc-start web 20261122112633.546 ERROR    idmap - /c/config:idmap.range:14 - too small\n");
});

test("-o: made at once, 0640, its directories too; what is below the priority stays out", () => {
  const file = join(lxcpath, "a/b/log");
  const { log } = openLog(settings({ file }));
  expect(statSync(file).mode & 0o777 & ~0o640).toBe(0);
  log.add("INFO", "no");
  log.add("ERROR", "yes");
  expect(readFileSync(file, "utf8")).toMatch(/^\S+ web \S+ ERROR {4}\S+ - \S+ - yes\n$/);
});

test("-l without -o: beside the config of a container that exists, nowhere for another", () => {
  expect(openLog(settings({ priority: "debug" })).log.isOn("FATAL")).toBe(false);
  expect(existsSync(join(lxcpath, "web"))).toBe(false);
  mkdirSync(join(lxcpath, "web"));
  openLog(settings({ priority: "debug" })).log.add("DEBUG", "kept");
  expect(readFileSync(join(lxcpath, "web/web.log"), "utf8")).toEndWith(" - kept\n");
});

test("neither option: no log; `none`: no log", () => {
  expect(openLog(settings()).log.isOn("FATAL")).toBe(false);
  expect(openLog(settings({ file: "none", priority: "TRACE" })).log.isOn("FATAL")).toBe(false);
});

test("a file that cannot be opened is told in words", () => {
  expect(openLog(settings({ file: "/proc/x" })).problem).toMatchObject({ text: "cannot open the log file '/proc/x'", cause: "no such file or directory" });
});
