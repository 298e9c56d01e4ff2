// Where the packages of a new system come from, when it is not the host's own sources.
import { expect, test } from "bun:test";
import { sourcesOf } from "./packages-template.ts";

const from = (dist: "debian" | "ubuntu", arch: string, given: Readonly<Record<string, string>> = {}) =>
  sourcesOf({ dist, suite: dist === "ubuntu" ? "noble" : "bookworm", arch }, { last: (name) => given[name], has: (name) => Object.hasOwn(given, name) }, {});

test("who names no mirror gets updates of security", () => {
  expect(from("ubuntu", "amd64")).toEqual(["deb http://archive.ubuntu.com/ubuntu noble main universe", "deb http://archive.ubuntu.com/ubuntu noble-updates main universe", "deb http://security.ubuntu.com/ubuntu noble-security main universe"]);
  expect(from("debian", "amd64")).toBeUndefined();
  expect(from("debian", "amd64", { "enable-non-free": "" })).toBeUndefined(); // the host's own, with further components
});
test("Ubuntu has other machines elsewhere", () => {
  expect(from("ubuntu", "arm64")?.every((line) => line.startsWith("deb http://ports.ubuntu.com/ubuntu-ports noble"))).toBe(true);
  expect(from("ubuntu", "arm64")?.at(-1)).toContain(" noble-security ");
});
test("a mirror that is named is the only one", () => {
  expect(from("ubuntu", "arm64", { mirror: "http://m/u" })).toEqual(["deb http://m/u noble main universe", "deb http://m/u noble-updates main universe"]);
  expect(from("debian", "amd64", { mirror: "http://m/d", "enable-non-free": "", "security-mirror": "http://s/d" })).toEqual(["deb http://m/d bookworm main contrib non-free non-free-firmware", "deb http://s/d bookworm-security main contrib non-free non-free-firmware"]);
});
