// Owns the resources of getrlimit(2): names as lxc.prlimit.* has them, and numbers.

const RESOURCES: ReadonlyMap<string, number> = new Map([
  ["cpu", 0], ["fsize", 1], ["data", 2], ["stack", 3], ["core", 4], ["rss", 5], ["nproc", 6], ["nofile", 7], ["memlock", 8], ["as", 9],
  ["locks", 10], ["sigpending", 11], ["msgqueue", 12], ["nice", 13], ["rtprio", 14], ["rttime", 15],
]);

export const RLIM_INFINITY = 0xffffffffffffffffn;

export const rlimitNumber = (name: string): number | undefined => RESOURCES.get(name);
export const rlimitNames: readonly string[] = [...RESOURCES.keys()];
export const rlimitName = (value: number): string => [...RESOURCES].find(([, number]) => number === value)?.[0] ?? String(value);
