// Owns proc(5) mountinfo.

export interface MountInfo {
  readonly root: string;
  readonly mountpoint: string;
  readonly options: readonly string[];
  readonly fstype: string;
  readonly source: string;
  readonly superOptions: readonly string[];
}

const plainPath = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

export function parseMountinfo(text: string): readonly MountInfo[] {
  return text.split("\n").flatMap((line): readonly MountInfo[] => {
    const dash = line.indexOf(" - ");
    if (dash < 0) return [];
    const [, , , root, mountpoint, options] = line.slice(0, dash).split(" ");
    const [fstype, source, superOptions] = line.slice(dash + 3).split(" ");
    if (root === undefined || mountpoint === undefined || fstype === undefined) return [];
    return [{
      root: plainPath(root), mountpoint: plainPath(mountpoint), options: (options ?? "").split(","), fstype,
      source: plainPath(source ?? ""), superOptions: (superOptions ?? "").split(","),
    }];
  });
}
