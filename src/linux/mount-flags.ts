// Owns the option words of mount(8) and what they mean to mount_setattr(2), open_tree(2) and fsconfig(2).

export const MOUNT_ATTR_RDONLY = 0x1;
export const MOUNT_ATTR_NOSUID = 0x2;
export const MOUNT_ATTR_NODEV = 0x4;
export const MOUNT_ATTR_NOEXEC = 0x8;
export const MOUNT_ATTR_ATIME = 0x70;
export const MOUNT_ATTR_NOATIME = 0x10;
const MOUNT_ATTR_STRICTATIME = 0x20;
const MOUNT_ATTR_NODIRATIME = 0x80;
export const MOUNT_ATTR_NOSYMFOLLOW = 0x200000;

export const MS_UNBINDABLE = 1 << 17;
export const MS_PRIVATE = 1 << 18;
export const MS_SLAVE = 1 << 19;
export const MS_SHARED = 1 << 20;

/** Word -> attributes it sets, attributes it clears. */
const ATTRIBUTES: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["ro", [MOUNT_ATTR_RDONLY, 0]], ["rw", [0, MOUNT_ATTR_RDONLY]],
  ["nosuid", [MOUNT_ATTR_NOSUID, 0]], ["suid", [0, MOUNT_ATTR_NOSUID]],
  ["nodev", [MOUNT_ATTR_NODEV, 0]], ["dev", [0, MOUNT_ATTR_NODEV]],
  ["noexec", [MOUNT_ATTR_NOEXEC, 0]], ["exec", [0, MOUNT_ATTR_NOEXEC]],
  ["nosymfollow", [MOUNT_ATTR_NOSYMFOLLOW, 0]], ["symfollow", [0, MOUNT_ATTR_NOSYMFOLLOW]],
  ["nodiratime", [MOUNT_ATTR_NODIRATIME, 0]], ["diratime", [0, MOUNT_ATTR_NODIRATIME]],
  ["noatime", [MOUNT_ATTR_NOATIME, MOUNT_ATTR_ATIME]], ["strictatime", [MOUNT_ATTR_STRICTATIME, MOUNT_ATTR_ATIME]],
  ["relatime", [0, MOUNT_ATTR_ATIME]], ["atime", [0, MOUNT_ATTR_ATIME]], ["norelatime", [0, 0]], ["nostrictatime", [0, 0]],
]);

const PROPAGATION: ReadonlyMap<string, number> = new Map([["private", MS_PRIVATE], ["shared", MS_SHARED], ["slave", MS_SLAVE], ["unbindable", MS_UNBINDABLE]]);

/** Words that mean something to mount(8) or to LXC only. */
const WITHOUT_MEANING: ReadonlySet<string> = new Set(["defaults", "loud", "silent", "auto", "noauto", "user", "nouser", "users", "group", "owner", "_netdev", "nofail"]);

export interface MountOptions {
  readonly bind: "no" | "bind" | "rbind";
  readonly isMove: boolean;
  readonly isRemount: boolean;
  /** MOUNT_ATTR_*. */
  readonly set: number;
  readonly clear: number;
  readonly propagation: number;
  readonly isPropagationRecursive: boolean;
  /** What is left for the file system itself: `key` or `key=value`. */
  readonly data: readonly string[];
}

export function mountOptions(words: readonly string[]): MountOptions {
  let [set, clear, propagation] = [0, 0, 0];
  let isPropagationRecursive = false;
  let bind: MountOptions["bind"] = "no";
  const data: string[] = [];
  for (const word of words) {
    const attribute = ATTRIBUTES.get(word);
    const spread = PROPAGATION.get(word) ?? (word.startsWith("r") ? PROPAGATION.get(word.slice(1)) : undefined);
    if (attribute !== undefined) {
      set = (set & ~attribute[1]) | attribute[0];
      clear = (clear & ~attribute[0]) | attribute[1];
    } else if (spread !== undefined) {
      propagation = spread;
      isPropagationRecursive = word.startsWith("r");
    } else if (word === "bind") bind = bind === "rbind" ? "rbind" : "bind";
    else if (word === "rbind") bind = "rbind";
    else if (word !== "" && word !== "move" && word !== "remount" && !word.startsWith("x-") && !WITHOUT_MEANING.has(word)) data.push(word);
  }
  // mount_setattr(2) wants the atime field cleared whenever it is set
  if ((set & MOUNT_ATTR_ATIME) !== 0) clear |= MOUNT_ATTR_ATIME;
  return { bind, isMove: words.includes("move"), isRemount: words.includes("remount"), set, clear, propagation, isPropagationRecursive, data };
}
