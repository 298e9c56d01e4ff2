// The same policies under Debian's lxc and under Berth: both filters decide the same. LXC's is read with strace(1) as it is loaded.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programHex } from "../../src/linux/seccomp/bpf.ts";
import type { Instruction } from "../../src/linux/seccomp/bpf.ts";
import { compilePolicy } from "../../src/linux/seccomp/compile.ts";
import { filterOf } from "../../src/linux/seccomp/golden/machine.ts";

const PATIENCE_S = 20;
const work = mkdtempSync(join(tmpdir(), "seccomp-twin-"));
const name = `twins${process.pid}`;
const policy = join(work, "policy");
beforeAll(() => {
  writeFileSync(policy, "lxc.net.0.type = empty\n");
  expect(spawnSync("/usr/bin/lxc-create", ["-P", work, "-n", name, "-t", "busybox", "-f", policy], { input: "" }).status).toBe(0);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** `0|0|0x20`, `4`. */
const constant = (text: string): number => text.split("|").reduce((sum, part) => (sum | Number(part.trim())) >>> 0, 0);
/** BPF_STMT(code, k), BPF_JUMP(code, k, jt, jf). */
const instructions = (line: string): readonly Instruction[] => [...line.matchAll(/BPF_(?:STMT|JUMP)\(([^)]*)\)/g)].map(([, inner = ""]) => {
  const [code = 0, k = 0, jt = 0, jf = 0] = inner.split(",").map(constant);
  return [code, jt, jf, k];
});

/** The filter that Debian's lxc-execute loads; undefined when it refuses the policy. */
function theirs(text: string): string | undefined {
  writeFileSync(policy, text);
  const traces = mkdtempSync(join(work, "trace-"));
  const strace = ["strace", "-f", "-ff", "-v", "-X", "raw", "-s", "100000", "-e", "trace=seccomp", "-o", join(traces, "t")];
  const ran = spawnSync("timeout", ["-k", "1", String(PATIENCE_S), ...strace, "/usr/bin/lxc-execute", "-P", work, "-n", name, "-s", `lxc.seccomp.profile=${policy}`, "--", "/bin/true"], { input: "", encoding: "utf8" });
  const line = readdirSync(traces).flatMap((file) => readFileSync(join(traces, file), "utf8").split("\n")).find((row) => row.includes("filter=["));
  if (line === undefined) expect(ran.stderr).toContain("Failed to read seccomp policy");
  return line === undefined ? undefined : programHex(instructions(line));
}

/** Rules that LXC's own start survives. It refuses more than Berth: negative values, an action that is the fallback, two comparisons of one argument. */
const POLICIES: Readonly<Record<string, string>> = {
  "common.seccomp": readFileSync(new URL("../../share/lxc/config/common.seccomp", import.meta.url), "utf8"),
  "sections, actions, an unknown name": "2\nblacklist\n[x86]\nkexec_load errno 3\n[x32]\nacct trap\n[arm64]\nsync errno 4\n[X86_64]\nswapon kill\nnosuchcall errno 5\n[all]\nswapoff errno 9\n",
  "comparisons": "2\ndenylist\nacct errno 1 [0,0x100000005,==]\nsync errno 2 [1,5,!=]\nswapon errno 3 [2,5,<] [3,7,>=]\nswapoff errno 4 [0,0xf0,&=,0xff]\nkexec_load errno 5 [5,9,>]\nreboot errno 6 [4,9,<=]\niopl errno 7 [0,0xffffffff,==]\nvhangup errno 8 [1,16,&=]\nioperm errno 9 [1,0xff,&=,0xf0]\n",
  "two rules of one call": "2\ndenylist\nacct errno 1\nacct errno 2\nswapon errno 1 [0,5,==]\nswapon errno 2\nswapoff errno 2\nswapoff errno 1 [0,5,==]\n",
  "another default": "2\nallowlist allow\nacct errno 1\nswapon kill\nswapoff trap\n",
};
const WORDS = [0n, 1n, 4n, 5n, 6n, 7n, 9n, 10n, 16n, 0xf0n, 0xf5n, 0xffffffffn, 0x100000005n, 0xffffffffffffffffn];
const REGIONS = [[0xc000003e, 0], [0xc000003e, 0x40000000], [0x40000003, 0]] as const;

test.each(Object.entries(POLICIES))("%s", async (_, text) => {
  const [their, our] = [theirs(text), (await compilePolicy(text, "x86_64")).program];
  if (their === undefined || our === undefined) throw new Error(`no filter: theirs ${their === undefined ? "none" : "one"}, ours ${our === undefined ? "none" : "one"}`);
  const [decidesTheir, decidesOur] = [filterOf(their), filterOf(our)];
  const differing: string[] = [];
  for (const [arch, base] of REGIONS) {
    for (let number = 0; number < 560; number++) {
      for (let i = 0; i < WORDS.length; i++) {
        const args = Array.from({ length: 6 }, (__, index) => WORDS[(i + index * (number % 3)) % WORDS.length] ?? 0n);
        const call = { arch, number: base + number, args };
        const [a, b] = [decidesTheir(call), decidesOur(call)];
        if (a !== b) differing.push(`${arch.toString(16)} ${base.toString(16)}+${number} ${args.join(",")}: theirs ${a.toString(16)}, ours ${b.toString(16)}`);
      }
    }
  }
  expect(differing.slice(0, 5)).toEqual([]);
  expect(decidesOur({ arch: 0xc00000b7, number: 0 })).toBe(decidesTheir({ arch: 0xc00000b7, number: 0 }));
}, 60_000);

test.each(["2\ndenylist\nmkdir foo\n", "2\ndenylist\nmkdir errno EPERM\n", "2\ndenylist\nmkdir errno 5000\n", "2\nsomelist\n", "3\ndenylist\n", "1\ndenylist\n1\n", "2\ndenylist\n[sparc]\n", "2\ndenylist\nmkdir kill [9,1,==]\n", ""])("both refuse %j", async (text) => {
  expect(theirs(text)).toBeUndefined();
  expect((await compilePolicy(text, "x86_64")).program).toBeUndefined();
}, 60_000);
