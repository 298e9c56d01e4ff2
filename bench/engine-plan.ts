// Owns a plan that does what bubblewrap does in bench/rows.ts: the same namespaces, the same mounts, /bin/true.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "../src/isa/encode.ts";
import type { Op, OpArgs } from "../src/isa/op.ts";
import { CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUTS } from "../src/linux/clone.ts";
import { AT_RECURSIVE, OPEN_TREE_CLONE, S_IFREG } from "../src/linux/fs.ts";
import { MS_SLAVE } from "../src/linux/mount-flags.ts";
import { byDefault } from "../src/model/origin.ts";

const from = byDefault("bench");
const op = <K extends Op["op"]>(kind: K, args: OpArgs[K]): Op => ({ op: kind, from, ...args }) as Op;
const ROOT_TREE = 1;
const TREE = 2;
const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"];
const LINKS = { fd: "/proc/self/fd", stdin: "/proc/self/fd/0", stdout: "/proc/self/fd/1", stderr: "/proc/self/fd/2", core: "/proc/kcore", ptmx: "pts/ptmx" };

const device = (name: string): Op[] => [
  op("mknod", { at: ROOT_TREE, path: `dev/${name}`, mode: S_IFREG | 0o666 }),
  op("openTree", { path: `/dev/${name}`, flags: OPEN_TREE_CLONE, into: TREE }),
  op("moveMount", { tree: TREE, at: ROOT_TREE, path: `dev/${name}` }),
];
const newMount = (type: string, path: string, options: string[] = []): Op[] => [
  op("fsMount", { type, options, into: TREE }),
  op("moveMount", { tree: TREE, at: ROOT_TREE, path }),
];

function child(rootfs: string): Op[] {
  return [
    op("mountSetattr", { path: "/", flags: AT_RECURSIVE, propagation: MS_SLAVE }),
    op("openTree", { path: rootfs, flags: OPEN_TREE_CLONE | AT_RECURSIVE, into: ROOT_TREE }),
    op("moveMount", { tree: ROOT_TREE, path: rootfs }),
    ...newMount("proc", "proc"),
    ...newMount("tmpfs", "dev", ["mode=755"]),
    ...DEVICES.flatMap(device),
    ...Object.entries(LINKS).map(([name, target]) => op("symlink", { at: ROOT_TREE, path: `dev/${name}`, target })),
    op("mkdir", { at: ROOT_TREE, path: "dev/shm", mode: 0o1777 }),
    op("mkdir", { at: ROOT_TREE, path: "dev/pts", mode: 0o755 }),
    ...newMount("devpts", "dev/pts", ["newinstance", "ptmxmode=0666", "mode=620"]),
    op("pivotRoot", { root: ROOT_TREE }),
    op("exec", { path: "/bin/true", argv: ["/bin/true"], env: ["PATH=/bin"] }),
  ];
}

/** Writes the encoded plan; returns how to run it. */
export function enginePlan(engine: string, folder: string, rootfs: string): string[] {
  const flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET;
  const bytes = encode({ verb: "bench", name: "bench", lxcpath: folder, ops: [
    op("clone", { flags, name: "init", pid: 0, body: child(rootfs) }),
    op("exitWith", { child: 0 }),
  ] });
  const file = join(folder, "engine.plan");
  writeFileSync(file, bytes);
  return ["sh", "-c", `exec ${engine} run 3<${file}`];
}
