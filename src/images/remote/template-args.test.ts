import { expect, test } from "bun:test";
import { parseTemplateArgs } from "./template-args.ts";

const rows = [{ long: "dist", short: "d", metavar: "X", help: "" }, { long: "list", short: "l", help: "" }, { long: "listen", metavar: "X", help: "" }] as const;
const read = (...args: readonly string[]) => {
  const parsed = parseTemplateArgs("t", rows, args);
  return parsed.ok ? { dist: parsed.value.all("dist"), list: parsed.value.has("list") } : parsed.problems[0]?.text;
};

test("each way to write an option", () => expect([read("--dist=a", "--dist", "b", "-dc", "-d", "d", "--di", "e", "-ldf")]).toEqual([{ dist: ["a", "b", "c", "d", "e", "f"], list: true }]));
test("what LXC adds itself is passed over", () => expect(read("--path=/x", "--name", "n", "--rootfs=/r", "--mapped-uid", "5")).toEqual({ dist: [], list: false }));
test("what is wrong is named", () => expect([read("--nope"), read("x"), read("--dist"), read("-z"), read("--list=3"), read("--lis")]).toEqual([
  "the template t does not know '--nope'", "the template t does not know 'x'", "'--dist' needs a value", "the template t does not know '-z'", "'--list' takes no value", "the template t does not know '--lis'",
]));
