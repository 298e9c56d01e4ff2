import { expect, test } from "bun:test";
import { isAtLeast, isSet, parseKernelConfig } from "./kernel-config.ts";

const HEAD = (version: string): string => `#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 ${version} Kernel Configuration\n#\n`;
test("what is set, and what only looks so", () => {
  const config = parseKernelConfig(`${HEAD("6.1.0-50-amd64")}CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_D=n\nCONFIG_E="y"\n CONFIG_F=y\nCONFIG_G=64\n`);
  expect(["A", "B", "C", "D", "E", "F", "G"].filter((name) => isSet(config, name))).toEqual(["A", "B"]);
});
test("the version of the kernel it is for", () => {
  expect(parseKernelConfig(HEAD("6.18.44")).version).toEqual([6, 18, 44]);
  expect(parseKernelConfig(HEAD("4.7")).version).toEqual([4, 7, 0]);
  expect(parseKernelConfig("# Linux kernel version: 2.6.32\n").version).toEqual([2, 6, 32]);
  expect(parseKernelConfig("CONFIG_A=y\n").version).toBeUndefined();
  const at = (version: string, ...wanted: readonly [number, number, number?]): boolean => isAtLeast(parseKernelConfig(HEAD(version)), ...wanted);
  expect([at("4.6.9", 4, 7), at("4.7", 4, 7), at("4.10.0", 4, 7), at("5.0.0", 4, 7), at("2.6.32", 2, 6, 33), at("2.6.33", 2, 6, 33)]).toEqual([false, true, true, true, false, true]);
  expect(isAtLeast(parseKernelConfig(""), 99, 0)).toBe(true);
});
