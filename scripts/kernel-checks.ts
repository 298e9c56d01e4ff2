// Owns how the tests on a real kernel are run: several files side by side, as each waits for the kernel more than it computes.
// What they share has a name here, and one of them has it at a time.
import { availableParallelism } from "node:os";
import { lendRoot } from "../test/kernel/users.ts";
import { ownBun, testFiles } from "./checks.ts";
import type { Check } from "./checks.ts";
import { watchLeftovers } from "./leftovers.ts";
import { added, runAll } from "./run-all.ts";
import type { Sum } from "./run-all.ts";

const FOLDERS = ["test/kernel", "test/twin", "test/chaos"];
/** A file sleeps about as long as it works. BERTH_TEST_LANES=1: one after the other. */
const LANES = Number(process.env["BERTH_TEST_LANES"] ?? Math.min(4, availableParallelism()));

const kernel = (...names: readonly string[]): readonly string[] => names.map((name) => `test/kernel/${name}.test.ts`);
/** Things of which a machine has one, and the files that change or count them. */
export const SHARED: Readonly<Record<string, readonly string[]>> = {
  "processes that speak of /var/lib/lxc": kernel("demo", "guide", "pictures", "readme"),
  "apt's locks, where packages are fetched for the first time": [...kernel("net-firewalls", "net-iptables", "net-ovs"), "test/twin/ansible-twin.test.ts"],
  "/dev/mapper and /dev/rbd, where the host has neither": [...kernel("create-outside", "restore-volumes"), "test/chaos/volume-kills.test.ts", "test/chaos/zfs-kills.test.ts"],
  "images that are made for the first time": kernel("create-host", "demo", "openrc", "systemd", "sysvinit"),
};
const holdsOf = (path: string): readonly string[] => Object.entries(SHARED).filter(([, files]) => files.includes(path)).map(([thing]) => thing);

export const kernelFiles = (): readonly string[] => FOLDERS.flatMap(testFiles);
const checkOf = (path: string): Check => ({ ...ownBun(path), holds: holdsOf(path) });

/** Beside others a file looks for what carries its own marks; what nobody's mark is on is looked for once, after all of them. */
export async function runKernelFiles(files: readonly string[] = kernelFiles()): Promise<Sum> {
  const giveBack = lendRoot("100000:65536"); // what several of them lend is not taken away by the first that ends
  try {
    const leftovers = watchLeftovers();
    const sum = await runAll(files.map(checkOf), { lanes: LANES, isForgiving: true, onEnd: ({ name }, beside) => leftovers.look([name, ...beside.map((check) => check.name)]) });
    if (process.env["BERTH_TEST_ALONE"] !== "0") return added([sum, await runAll([leftovers.check])]);
    console.log(`     left out, as others use this machine (BERTH_TEST_ALONE=0): ${leftovers.check.name}`);
    return sum;
  } finally {
    giveBack();
  }
}
