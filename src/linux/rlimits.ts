// Owns the resources of getrlimit(2): names as lxc.prlimit.* has them, and numbers.

/** In the order of their numbers. */
export const rlimitNames: readonly string[] = ["cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime"];

export const RLIM_INFINITY = 0xffffffffffffffffn;

export function rlimitNumber(name: string): number | undefined {
  const number = rlimitNames.indexOf(name);
  return number < 0 ? undefined : number;
}
export const rlimitName = (value: number): string => rlimitNames[value] ?? String(value);
