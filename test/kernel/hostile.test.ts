// A hostile current directory and a hostile environment change nothing. Each trap has a control: the same
// trap does bite a naive program, so a command that comes through unbitten is really immune.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, create, leavePlace, makePlace, works } from "./place.ts";
import type { Place } from "./place.ts";

const room = mkdtempSync("/tmp/berth-hostile-");
const bitten = join(room, "bitten");
const BITE = `require("node:fs").writeFileSync(${JSON.stringify(bitten)}, process.argv.join(" "));`;
let place: Place;

beforeAll(() => {
  place = makePlace("root-owned");
  create(place);
  writeFileSync(join(room, "evil.cjs"), BITE);
  writeFileSync(join(room, "naive.js"), "console.log(process.env.FROM_DOTENV);");
  writeFileSync(join(room, "needs-package.js"), 'require("innocent");');
  const source = join(room, "evil.c");
  writeFileSync(source, `#include <fcntl.h>\n__attribute__((constructor)) static void bite(void) { open(${JSON.stringify(bitten)}, O_CREAT | O_WRONLY, 0644); }\n`);
  expect(Bun.spawnSync(["gcc", "-shared", "-fPIC", "-o", join(room, "evil.so"), source]).exitCode).toBe(0);
});
afterAll(async () => {
  rmSync(room, { recursive: true });
  works(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
});

interface Trap {
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** A naive program that falls into it. */
  readonly control: () => readonly string[];
}
const bun = process.execPath;
const TRAPS: readonly Trap[] = [
  { name: "bunfig.toml with a preload", files: { "bunfig.toml": 'preload = ["./evil.cjs"]\n' }, control: () => [bun, "naive.js"] },
  { name: "BUN_OPTIONS with a preload", env: { BUN_OPTIONS: `--preload ${room}/evil.cjs` }, control: () => [bun, "naive.js"] },
  { name: "NODE_OPTIONS with a require", env: { NODE_OPTIONS: `--require ${room}/evil.cjs` }, control: () => ["node", "naive.js"] },
  { name: "LD_PRELOAD", env: { LD_PRELOAD: join(room, "evil.so") }, control: () => ["/bin/true"] },
  { name: "node_modules", files: { "node_modules/innocent/index.js": BITE }, control: () => [bun, "needs-package.js"] },
  { name: "package.json with imports and a main", files: { "package.json": '{ "name": "innocent", "main": "./evil.cjs", "exports": "./evil.cjs" }' }, control: () => [bun, "needs-package.js"] },
  { name: "tsconfig.json with paths", files: { "tsconfig.json": '{ "compilerOptions": { "baseUrl": ".", "paths": { "innocent": ["./evil.cjs"] } } }' }, control: () => [bun, "needs-package.js"] },
  { name: "BUN_BE_BUN", env: { BUN_BE_BUN: "1", BUN_OPTIONS: `--preload ${room}/evil.cjs` }, control: () => [join(DIST, "libexec/berth/berth-planner"), "-e", "1"] },
];

function setTrap(trap: Trap): void {
  for (const [path, text] of Object.entries(trap.files ?? {})) {
    mkdirSync(join(room, path, ".."), { recursive: true });
    writeFileSync(join(room, path), text);
  }
}
function clearTrap(trap: Trap): void {
  for (const path of Object.keys(trap.files ?? {})) rmSync(join(room, path.split("/")[0] ?? ""), { recursive: true });
  rmSync(bitten, { force: true });
}
function run(trap: Trap, argv: readonly string[]): { status: number; text: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { cwd: room, env: { PATH: "/usr/bin:/bin", HOME: "/root", ...trap.env } });
  return { status: exitCode, text: stdout.toString() + stderr.toString() };
}

describe.each(TRAPS.map((trap) => [trap.name, trap] as const))("%s", (_name, trap) => {
  test("bites a naive program", () => {
    setTrap(trap);
    run(trap, trap.control());
    const wasBitten = existsSync(bitten);
    clearTrap(trap);
    expect(wasBitten).toBe(true);
  });
  test("does not bite lxc-ls, lxc-info, lxc-start and lxc-attach", () => {
    setTrap(trap);
    const where = ["-P", place.lxcpath];
    const ran = [["lxc-ls", ...where, "-1"], ["lxc-start", ...where, "-n", place.name, "-d"], ["lxc-info", ...where, "-n", place.name, "-sH"], ["lxc-attach", ...where, "-n", place.name, "--clear-env", "--", "echo", "inside"], ["lxc-stop", ...where, "-n", place.name, "-k"]]
      .map(([command = "", ...args]) => run(trap, [join(DIST, "bin", command), ...args]));
    const wasBitten = existsSync(bitten);
    clearTrap(trap);
    expect(wasBitten).toBe(false);
    expect(ran.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0]);
    expect(ran.map(({ text }) => text.trim())).toEqual([place.name, "", "RUNNING", "inside", ""]);
  });
});

test(".env in the current directory sets nothing; it does for a naive program", () => {
  writeFileSync(join(room, ".env"), `FROM_DOTENV=yes\nBERTH_PLANNER_TIMEOUT=banana\nLXC_LXCPATH=/nowhere\nHOME=/nowhere\nPATH=/nowhere\n`);
  const trap: Trap = { name: ".env", control: () => [] };
  expect(run(trap, [bun, "naive.js"]).text.trim()).toBe("yes");
  expect(run(trap, [join(DIST, "bin/lxc-ls"), "-P", place.lxcpath, "-1"])).toEqual({ status: 0, text: `${place.name}\n` });
  expect(run(trap, [join(DIST, "bin/lxc-config"), "lxc.lxcpath"]).text.trim()).toBe("/var/lib/lxc");
  rmSync(join(room, ".env"));
});

test("a current directory that is gone", () => {
  const gone = mkdtempSync("/tmp/berth-gone-");
  const { exitCode, stdout } = Bun.spawnSync(["sh", "-c", `cd ${gone} && rmdir ${gone} && exec ${join(DIST, "bin/lxc-ls")} -P ${place.lxcpath} -1`]);
  expect([exitCode, stdout.toString()]).toEqual([0, `${place.name}\n`]);
});

test("the caller's context reaches the container: limits, signals, descriptors", () => {
  const attach = `${join(DIST, "bin/lxc-attach")} -P ${place.lxcpath} -n ${place.name} --clear-env --`;
  works(place, "lxc-start", ["-n", place.name, "-d"]);
  const sh = (line: string): string => Bun.spawnSync(["sh", "-c", line]).stdout.toString().trim();
  const naive = sh(`ulimit -S -n 777; ${bun} -e 'console.log(require("node:child_process").execSync("sh -c \\"ulimit -S -n\\"").toString())'`);
  expect(naive).not.toBe("777"); // the control: bun raises it, for its children too
  expect(sh(`ulimit -S -n 777; ${attach} sh -c 'ulimit -S -n'`)).toBe("777");
  expect(sh(`${attach} grep -E '^Sig(Ign|Blk)' /proc/self/status`)).toMatch(/SigBlk:\t0{16}\nSigIgn:\t0{16}/);
  expect(sh(`trap '' PIPE; ${attach} grep '^SigIgn' /proc/self/status`)).toBe("SigIgn:\t0000000000001000");
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
});
