import { expect, test } from "bun:test";
import { seccompFinding } from "./seccomp.ts";

test("each refusal of the kernel has its own cause and a way out", () => {
  const findings = (["EINVAL", "EACCES", "EPERM"] as const).map((errno) => seccompFinding({ errno }));
  expect(findings.map(({ code }) => code)).toEqual(["host.feature", "privilege", "privilege"]);
  expect(new Set(findings.map(({ cause }) => cause)).size).toBe(3);
  expect(findings.every(({ remedy }) => remedy !== undefined && remedy.includes("lxc."))).toBe(true);
  expect(seccompFinding({ errno: "EFAULT" })).toEqual({});
});
