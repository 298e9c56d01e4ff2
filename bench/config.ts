// Owns the rows of the config language: loading and resolving a config in process, warm, beside what liblxc needs to load the
// same file (python3-lxc).
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig, resolve } from "../src/config/index.ts";
import { readConfigFile } from "../src/host/store/read-config.ts";
import { DIST } from "../scripts/build.ts";
import { must } from "./measure.ts";

/** Loads FILE so often and prints the milliseconds of the middle one. Each time into a container of its own, as a command does. */
const THEIRS = `
import _lxc, sys, time
times = []
for run in range(int(sys.argv[2])):
    container = _lxc.Container("bench", "/nowhere")
    begin = time.perf_counter()
    if not container.load_config(sys.argv[1]):
        raise SystemExit("not loaded")
    times.append(time.perf_counter() - begin)
print(sorted(times)[len(times) // 2] * 1000)
`;

/** `runs`: as many again come first, untimed, so that the compiler has done its work. */
interface Job { readonly what: string; readonly text: string; readonly bound: number; readonly runs: number }

/** As a template writes it for Ubuntu, with what people add: 60 lines, and the standard files that it includes. */
const SIXTY = `${["common", "userns"].map((kind) => `lxc.include = /usr/share/lxc/config/ubuntu.${kind}.conf\n`).join("")}lxc.arch = amd64
lxc.idmap = u 0 100000 65536
lxc.idmap = g 0 100000 65536
lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs
lxc.uts.name = web
lxc.net.0.type = veth
lxc.net.0.link = lxcbr0
lxc.net.0.flags = up
lxc.net.0.hwaddr = 00:16:3e:12:34:56
lxc.net.0.ipv4.address = 10.0.3.5/24
lxc.start.auto = 1
lxc.start.delay = 5
lxc.group = onboot web
lxc.prlimit.nofile = 65536
lxc.cgroup2.memory.max = 1G
lxc.cgroup2.pids.max = 1000
lxc.log.level = INFO
${Array.from({ length: 20 }, (_, i) => `lxc.mount.entry = /srv/data${i} srv/data${i} none bind,ro,create=dir 0 0\n`).join("")}${Array.from({ length: 21 }, (_, i) => `lxc.environment = NAME${i}=value ${i}\n`).join("")}`;
const MANY = `lxc.uts.name = web\nlxc.net.0.type = veth\n${Array.from({ length: 10_000 - 2 }, (_, i) => [`lxc.mount.entry = /srv/data${i} srv/data${i} none bind,ro 0 0`, `lxc.environment = NAME${i}=value`, `lxc.cgroup2.file${i} = ${i}`, `# comment ${i}`][i % 4]).join("\n")}\n`;
const JOBS: readonly Job[] = [{ what: "60 lines and the standard files they include", text: SIXTY, bound: 1, runs: 1000 }, { what: "10,000 lines", text: MANY, bound: 50, runs: 60 }];

function loadOnce(file: string, text: string): void {
  const syntax = readConfig({ file, text, read: readConfigFile, cwd: "/", share: join(DIST, "share") });
  const spec = syntax.ok ? resolve({ syntax: syntax.value, overrides: [], name: "web", lxcpath: "/var/lib/lxc", random: "0", isRoot: true, rootfsMountDefault: "/m", read: readConfigFile, cwd: "/" }) : syntax;
  if (!spec.ok) throw new Error(`${file}: ${spec.problems[0]?.text ?? ""}`);
}

function ours(file: string, { text, runs }: Job): number {
  for (let run = 0; run < runs; run++) loadOnce(file, text);
  const times = Array.from({ length: runs }, () => {
    const begin = Bun.nanoseconds();
    loadOnce(file, text);
    return (Bun.nanoseconds() - begin) / 1e6;
  });
  return times.toSorted((a, b) => a - b)[runs >> 1] ?? Number.NaN;
}

/** A table of its own: these are no commands, and nothing is started. */
export function configTable(): string[] {
  const folder = mkdtempSync(join(tmpdir(), "bench-config-"));
  const lines = JOBS.map((job) => {
    const file = join(folder, "config");
    writeFileSync(file, job.text);
    const [berth, lxc] = [ours(file, job), Number(must(["/usr/bin/python3", "-c", THEIRS, file, String(job.runs)]))];
    return `| ${job.what} | ${berth.toFixed(2)} ms | ${lxc.toFixed(2)} ms (${(berth / lxc).toFixed(2)}) | ${job.bound} ms |`;
  });
  rmSync(folder, { recursive: true });
  return ["| a config loaded and resolved in process, warm | Berth | liblxc `load_config` | aim |", "|---|---|---|---|", ...lines];
}

if (import.meta.main) console.log(configTable().join("\n"));
