import { expect, test } from "bun:test";
import { child, op, runPlan, Scratch, shell } from "./engine-run.ts";
test("smoke", async () => {
  using scratch = new Scratch();
  const ran = await runPlan([
    op("mkdir", { path: scratch.path("a/b"), mode: 0o755, parents: 1 }),
    op("writeFile", { path: scratch.path("a/b/f"), data: "hello", flags: 0o100 }),
    op("spawn", { argv: ["echo", "hi"] }),
    ...child([shell("echo in; ls -l /proc/self/fd; exit 3")]),
  ]);
  console.log(ran);
  expect(ran.status).toBe(3);
  expect(scratch.read("a/b/f")).toBe("hello");
});
