// Owns the namespace bits of clone(2), unshare(2) and setns(2), and the words LXC's tools use for them.

export const CLONE_NEWTIME = 0x80;
export const CLONE_NEWNS = 0x20000;
export const CLONE_NEWCGROUP = 0x2000000;
export const CLONE_NEWUTS = 0x4000000;
export const CLONE_NEWIPC = 0x8000000;
export const CLONE_NEWUSER = 0x10000000;
export const CLONE_NEWPID = 0x20000000;
export const CLONE_NEWNET = 0x40000000;

/** Words of `-s`, lower case: lxc-unshare(1), lxc-attach(1), and the short names of proc(5) ns. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ["mount", CLONE_NEWNS], ["mnt", CLONE_NEWNS], ["pid", CLONE_NEWPID], ["utsname", CLONE_NEWUTS], ["uts", CLONE_NEWUTS],
  ["ipc", CLONE_NEWIPC], ["user", CLONE_NEWUSER], ["network", CLONE_NEWNET], ["net", CLONE_NEWNET],
  ["cgroup", CLONE_NEWCGROUP], ["time", CLONE_NEWTIME],
]);

/** The bit for a namespace's name, undefined for a word that names none. */
export const namespaceBit = (word: string): number | undefined => WORDS.get(word.toLowerCase());
