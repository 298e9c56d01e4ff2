// Owns the config of a container's copy: its own paths, name and hardware addresses, everything else as it was.
import { ok, type Result } from "../model/problem.ts";
import { changeValues, fillTemplates, setItem } from "./edit.ts";
import type { Line } from "./syntax.ts";

export interface CloneWish {
  /** LXCPATH/NAME of the container and of its copy. */
  readonly from: string;
  readonly to: string;
  /** lxc.rootfs.path of the copy; undefined: the container has no root file system of its own. */
  readonly rootfs?: string;
  /** lxc.uts.name of the copy; undefined: it stays. */
  readonly hostname?: string;
  /** Hex digits for new hardware addresses; undefined: they stay. */
  readonly random?: string;
}

export interface ClonedConfig {
  readonly text: string;
  /** What the config names in LXCPATH/NAME and LXC copies, too: hooks and the fstab; relative. */
  readonly files: readonly string[];
}

/** LXC's own prefix, as it gives one to every interface of a copy. */
const NEW_ADDRESS = "00:16:3e:xx:xx:xx";
const isHook = (key: string): boolean => key.startsWith("lxc.hook.");
const isFstab = (key: string): boolean => key === "lxc.mount.fstab" || key === "lxc.mount";
const isAddress = (key: string): boolean => /^lxc\.net(work)?\..*hwaddr$/.test(key);

/** A mount entry's layers that are written to: two containers must not share them. */
const ownLayers = (value: string, { from, to }: CloneWish): string =>
  value.replaceAll(/\b(upperdir|workdir)=([^,\s]*)/g, (whole, word: string, path: string) => (path.startsWith(`${from}/`) ? `${word}=${to}${path.slice(from.length)}` : whole));

function changed({ key, value }: Line, wish: CloneWish): string {
  const { from, to, random } = wish;
  if (isHook(key) || isFstab(key)) return value.startsWith(`${from}/`) ? to + value.slice(from.length) : value;
  if (key === "lxc.mount.entry") return ownLayers(value, wish);
  return random !== undefined && isAddress(key) ? NEW_ADDRESS : value;
}

/** The file that the value of a hook or of lxc.mount.fstab begins with. */
function fileOf({ key, value }: Line, { from }: CloneWish): readonly string[] {
  if (!(isHook(key) || isFstab(key)) || !value.startsWith(`${from}/`)) return [];
  const path = isFstab(key) ? value : value.split(/\s/)[0] ?? "";
  const relative = path.slice(from.length + 1);
  return relative === "" || relative.split("/").includes("..") ? [] : [relative];
}

export function clonedConfig(text: string, wish: CloneWish): Result<ClonedConfig> {
  const files = new Set<string>();
  const moved = changeValues(text, (line) => {
    for (const file of fileOf(line, wish)) files.add(file);
    return changed(line, wish);
  });
  const addressed = wish.random === undefined ? moved : fillTemplates(moved, wish.random);
  const placed = wish.rootfs === undefined ? ok(addressed) : setItem(addressed, "lxc.rootfs.path", wish.rootfs);
  const named = !placed.ok || wish.hostname === undefined ? placed : setItem(placed.value, "lxc.uts.name", wish.hostname);
  return named.ok ? ok({ text: named.value, files: [...files] }) : named;
}
