// Owns proc(5) cgroup: in which cgroup of each hierarchy a process is.

export interface CgroupMembership {
  readonly version: 1 | 2;
  /** Empty for v2; `["cpu","cpuacct"]`, `["name=systemd"]` for v1. */
  readonly controllers: readonly string[];
  /** As seen from the reader's cgroup namespace; may start with `/..`. */
  readonly path: string;
}

export function parseCgroups(text: string): readonly CgroupMembership[] {
  return text.split("\n").flatMap((line): readonly CgroupMembership[] => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    return [controllers === "" ? { version: 2, controllers: [], path } : { version: 1, controllers: controllers.split(","), path }];
  });
}
