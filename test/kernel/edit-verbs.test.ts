// berth edit, copy, rename and restore, by root and by an ordinary user.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { argvFor, berth, create, DIST, leavePlace, makePlace, works } from "./place.ts";
import type { Kind, Place, Ran } from "./place.ts";

const EDIT_KINDS: readonly Kind[] = ["root-owned", "user-owned"];
describe.each([...EDIT_KINDS])("%s", (kind: Kind) => {
  let place: Place;
  let script: string;
  const config = (name = place.name): string => join(place.lxcpath, name, "config");
  const draftsOf = (): readonly string[] => readdirSync(place.lxcpath).filter((name) => name.startsWith("berth-edit-"));
  beforeAll(() => {
    place = makePlace(kind);
    create(place);
    script = join(place.lxcpath, "editor");
  });
  afterAll(async () => {
    for (const name of readdirSync(place.lxcpath).filter((one) => existsSync(config(one)))) berth(place, "lxc-destroy", ["-n", name, "-f", "-s"]);
    for (const name of readdirSync(place.lxcpath)) rmSync(join(place.lxcpath, name), { recursive: true });
    await leavePlace(place);
  });

  /** An editor that does this to its file, with words of its own before it. */
  function edit(line: string, { terminal = "", args = [place.name] }: { readonly terminal?: string; readonly args?: readonly string[] } = {}): Ran {
    writeFileSync(script, `#!/bin/sh\n[ "$1" = -w ] || exit 9\nfile=$2\n${line}\n`, { mode: 0o755 });
    const words = ["env", "-u", "VISUAL", `EDITOR=${script} -w`, `TMPDIR=${place.lxcpath}`, join(DIST, "bin/berth"), "edit", "-P", place.lxcpath, ...args];
    const [program = "", ...rest] = argvFor(place, terminal === "" ? words : ["script", "-qec", words.map((word) => `'${word}'`).join(" "), "/dev/null"]);
    const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", input: terminal });
    return { status: status ?? 128, stdout, stderr };
  }

  test("what is edited is checked, saved and shown", () => {
    expect(edit("echo 'lxc.tty.max = 3' >> $file")).toEqual({ status: 0, stdout: expect.stringContaining("+lxc.tty.max = 3\n"), stderr: "" });
    expect(readFileSync(config(), "utf8")).toContain("lxc.tty.max = 3\n");
    expect(edit("true")).toEqual({ status: 0, stdout: `${place.name}: nothing was changed\n`, stderr: "" });
    expect(edit("echo 'lxc.apparmor.profile = unconfined' >> $file").stdout).toMatch(/\+lxc\.apparmor\.profile = unconfined\n(.|\n)*\[[a-z-]+\]\n/);
    expect(edit("sed -i /apparmor.profile/d $file").status).toBe(0);
    expect(draftsOf()).toEqual([]);
  });

  test("what would not load is not saved, and the draft stays", () => {
    const before = readFileSync(config(), "utf8");
    const { status, stderr } = edit("echo 'lxc.tty.max = many' >> $file");
    expect([status, stderr]).toEqual([1, expect.stringContaining("lxc.tty.max")]);
    const draft = /your draft is (\S+)/.exec(stderr)?.[1] ?? "";
    expect([readFileSync(config(), "utf8"), readFileSync(draft, "utf8")]).toEqual([before, `${before}lxc.tty.max = many\n`]);
    for (const name of draftsOf()) rmSync(join(place.lxcpath, name), { recursive: true });
    expect(edit("exit 3")).toEqual({ status: 1, stdout: "", stderr: expect.stringContaining("has ended with status 3") });
    expect(edit(`echo '# mine' >> $file; echo '# somebody' >> ${config()}`).stderr).toContain("was changed by somebody else while it was edited");
    expect(readFileSync(config(), "utf8")).toBe(`${before}# somebody\n`);
    expect(edit("true", { args: [`no${place.name}`] }).stderr).toContain("is not defined");
    for (const name of draftsOf()) rmSync(join(place.lxcpath, name), { recursive: true });
  });

  test("on a terminal the editor comes again", () => {
    const { status, stdout } = edit(`grep -q '= many' $file && sed -i 's/= many/= 5/' $file || echo 'lxc.pty.max = many' >> $file`, { terminal: "y\n" });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/Not saved\. Edit it again\? \[Y\/n\](.|\r|\n)*\+lxc\.pty\.max = 5/)]);
    expect(readFileSync(config(), "utf8")).toContain("lxc.pty.max = 5\n");
  });

  test("copy, rename and restore take their words in the natural order", () => {
    const [two, three] = [`${place.name}2`, `${place.name}3`];
    works(place, "berth", ["copy", place.name, two, "-P", place.lxcpath]);
    works(place, "berth", ["rename", two, three, "-P", place.lxcpath]);
    expect([existsSync(config(two)), existsSync(config(three))]).toEqual([false, true]);
    works(place, "berth", ["snapshot", three, "-P", place.lxcpath]);
    works(place, "berth", ["config", "set", three, "lxc.tty.max=9", "-P", place.lxcpath]);
    works(place, "berth", ["restore", three, "snap0", "-P", place.lxcpath]);
    expect(readFileSync(config(three), "utf8")).not.toContain("lxc.tty.max = 9");
    for (const [args, text] of [[["copy", place.name], "a NEWNAME is needed"], [["restore", three], "one SNAPSHOT is needed"], [["restore", three, "snap7"], "snap7"], [["rename", place.name, three], three]] as const) {
      expect(berth(place, "berth", [...args, "-P", place.lxcpath])).toEqual({ status: 1, stdout: "", stderr: expect.stringContaining(text) });
    }
  });
});
