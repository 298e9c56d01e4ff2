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
    const first = line.indexOf(":");
    const second = line.indexOf(":", first + 1);
    if (first < 0 || second < 0 || line[second + 1] !== "/") return [];
    const [controllers, path] = [line.slice(first + 1, second), line.slice(second + 1)];
    return [controllers === "" ? { version: 2, controllers: [], path } : { version: 1, controllers: controllers.split(","), path }];
  });
}
