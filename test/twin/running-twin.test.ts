// One busybox container under Debian's lxc and one under Berth: what the commands say of a running container.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DIST } from "../kernel/place.ts";

const work = mkdtempSync(join(tmpdir(), "running-twin-"));
const PATIENCE_MS = 60_000;

interface Ran { readonly out: string; readonly err: string; readonly status: number | null }
interface Side { readonly folder: string; readonly lxcpath: string; readonly name: string }
const THEIRS: Side = { folder: "/usr/bin", lxcpath: join(work, "theirs"), name: `twint${process.pid}` };
const OURS: Side = { folder: join(DIST, "bin"), lxcpath: join(work, "ours"), name: `twino${process.pid}` };

function run({ folder, lxcpath, name }: Side, [command = "", ...words]: readonly string[]): Ran {
  const { stdout, stderr, status } = spawnSync(join(folder, command), ["-P", lxcpath, "-n", name, ...words], { encoding: "utf8", input: "", timeout: PATIENCE_MS });
  return { out: stdout, err: stderr, status };
}
/** Process ids, numbers and sizes differ from run to run; their shape does not. */
const shape = (text: string): string => text.replace(/twin[to]\d+/g, "twin").replace(/\d+(\.\d+)?( KiB| MiB| bytes|MB)/g, "SIZE").replace(/\b\d{2,}\b/g, "N").replace(/N +/g, "N ").replace(/0\.\d\d seconds/, "SECONDS").replace(/SIZE +/g, "SIZE ").replace(/(PID|RAM) +/g, "$1 ");

beforeAll(() => {
  const config = join(work, "empty.conf");
  writeFileSync(config, "lxc.net.0.type = empty\n");
  for (const side of [THEIRS, OURS]) {
    spawnSync("mkdir", ["-p", side.lxcpath]);
    expect(run(side, ["lxc-create", "-t", "busybox", "-f", config]).status).toBe(0);
    expect(run(side, ["lxc-start"])).toEqual({ out: "", err: "", status: 0 });
  }
}, PATIENCE_MS);
afterAll(() => {
  for (const side of [THEIRS, OURS]) {
    run(side, ["lxc-stop", "-k"]);
    run(side, ["lxc-destroy"]);
  }
  rmSync(work, { recursive: true, force: true });
}, PATIENCE_MS);

const SAME: readonly (readonly string[])[] = [
  ["lxc-info"], ["lxc-info", "-H"], ["lxc-info", "-S"], ["lxc-info", "-SH"], ["lxc-info", "-s"], ["lxc-info", "-sH"], ["lxc-info", "-sp"], ["lxc-info", "-spH"], ["lxc-info", "-p"], ["lxc-info", "-pH"], ["lxc-info", "-i"], ["lxc-info", "-iH"],
  ["lxc-info", "-c", "lxc.uts.name", "-sH"], ["lxc-info", "-pS"], ["lxc-ls"], ["lxc-ls", "-f"], ["lxc-ls", "-f", "-F", "NAME,STATE,PID,RAM,SWAP,INTERFACE,IPV4,IPV6"], ["lxc-ls", "--running"], ["lxc-ls", "--active", "-1"], ["lxc-ls", "--stopped"], ["lxc-ls", "--frozen"],
  ["lxc-wait", "-s", "RUNNING"], ["lxc-wait", "-s", "STOPPED", "-t", "1"], ["lxc-start"], ["lxc-start", "-F"], ["lxc-destroy"], ["lxc-create", "-t", "none"],
  ["lxc-attach", "--", "true"], ["lxc-attach", "--", "false"], ["lxc-attach", "--", "sh", "-c", "exit 7"], ["lxc-attach", "--", "sh", "-c", "kill -9 $$"], ["lxc-attach", "sh", "--", "-c", "exit 8"],
  ["lxc-attach", "--clear-env", "--", "env"], ["lxc-attach", "--clear-env", "-v", "A=B", "-v", "C=D=E", "--", "sh", "-c", "echo $A $C"], ["lxc-attach", "--", "id"], ["lxc-attach", "-u", "5", "-g", "6", "--", "id"],
  ["lxc-attach", "-s", "NETWORK|UTSNAME", "--", "hostname"], ["lxc-attach", "--", "hostname"], ["lxc-attach", "--", "/no/such/program"], ["lxc-attach", "--", "/etc/passwd"],
];

test.each(SAME.map((line) => [line.join(" "), line] as const))("%s", (_, line) => {
  const [theirs, ours] = [run(THEIRS, line), run(OURS, line)];
  expect({ out: shape(ours.out), status: ours.status }).toEqual({ out: shape(theirs.out), status: theirs.status });
  // LXC also complains of a wait that ended in time.
  if (line[0] !== "lxc-wait") expect(ours.err === "").toBe(theirs.err === "");
}, PATIENCE_MS);
