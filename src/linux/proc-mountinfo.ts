// Owns proc(5) mountinfo.

export interface MountInfo {
  readonly root: string;
  readonly mountpoint: string;
  readonly options: readonly string[];
  readonly fstype: string;
  readonly source: string;
  readonly superOptions: readonly string[];
}

const plainPath = (text: string): string => (text.includes("\\") ? text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))) : text);

function parseLine(line: string): readonly MountInfo[] {
  const dash = line.indexOf(" - ");
  if (dash < 0) return [];
  const [, , , root, mountpoint, options] = line.slice(0, dash).split(" ");
  const [fstype, source, superOptions] = line.slice(dash + 3).split(" ");
  if (root === undefined || mountpoint === undefined || fstype === undefined) return [];
  return [{
    root: plainPath(root), mountpoint: plainPath(mountpoint), options: (options ?? "").split(","), fstype,
    source: plainPath(source ?? ""), superOptions: (superOptions ?? "").split(","),
  }];
}

export const parseMountinfo = (text: string): readonly MountInfo[] => text.split("\n").flatMap(parseLine);

/** Only cgroup and cgroup2: a host may have thousands of other mounts. */
export const parseCgroupMounts = (text: string): readonly MountInfo[] => text.split("\n").filter((line) => line.includes(" - cgroup")).flatMap(parseLine);
