import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { exitText } from "./exit-text.ts";
import { BERTH_VERSION } from "./version.ts";

test("how a run ended", () => {
  const at = Date.UTC(2026, 10, 22, 11, 2, 47) / 1000;
  expect(exitText({ code: 3, wasOom: false, at, target: "stop" })).toBe("status 3, 2026-11-22 11:02:47 UTC");
  expect(exitText({ signal: 9, wasOom: true, at, target: "stop" })).toBe("killed by signal 9 (out of memory), 2026-11-22 11:02:47 UTC");
  expect(exitText({ code: 137, wasOom: false, oomKills: 2, at, target: "stop" })).toBe("status 137 (out of memory: the kernel has killed 2 processes of it), 2026-11-22 11:02:47 UTC");
  expect(exitText({ code: 0, wasOom: false, at, target: "reboot" })).toBe("status 0, for a reboot, 2026-11-22 11:02:47 UTC");
});

test("the version is the package's", () => {
  expect(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))).toMatchObject({ version: BERTH_VERSION });
});
