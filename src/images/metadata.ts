// Owns what an image's metadata archive says: the config for its kind of system, what not to unpack, where to put names in.

/** What the archive's files are replaced with: LXC's words for the place of the new container. */
export interface Placeholders { readonly name: string; readonly path: string; readonly rootfs: string; readonly configs: string; readonly hooks: string }

export interface Metadata {
  readonly config: string;
  readonly fstab?: string;
  /** tar patterns. */
  readonly excludes: readonly string[];
  /** Files of the root file system, relative to it, that hold placeholders. */
  readonly templates: readonly string[];
  readonly message?: string;
}

/** Configs are written for a version of LXC; this is the one whose language this is. */
const COMPATIBILITY = 5;

/** `config-user.5` before `config-user` before `config.5` before `config`. */
function relevant(files: ReadonlyMap<string, string>, name: string, isMapped: boolean): string | undefined {
  const mode = `${name}-${isMapped ? "user" : "system"}`;
  const base = files.has(mode) ? mode : name;
  return files.get(`${base}.${COMPATIBILITY}`) ?? files.get(base);
}

const linesOf = (text: string | undefined): readonly string[] => (text ?? "").split("\n").map((line) => line.trim()).filter((line) => line !== "");

/** Pairs in the order in which they are replaced. */
export const replacements = (place: Placeholders): readonly (readonly [string, string])[] => [
  ["LXC_NAME", place.name], ["LXC_PATH", place.path], ["LXC_ROOTFS", place.rootfs], ["LXC_TEMPLATE_CONFIG", place.configs], ["LXC_HOOK_DIR", place.hooks],
];

const filled = (text: string, place: Placeholders): string => replacements(place).reduce((now, [word, value]) => now.replaceAll(word, value), text);

/** Paths that lead out of the root file system, or name an option, are no templates. */
const isBelow = (path: string): boolean => !path.split("/").includes("..");

/** undefined: there is no config in it, so it is no metadata. */
export function parseMetadata(files: ReadonlyMap<string, string>, isMapped: boolean, place: Placeholders): Metadata | undefined {
  const config = relevant(files, "config", isMapped);
  if (config === undefined) return undefined;
  const fstab = relevant(files, "fstab", isMapped);
  const message = relevant(files, "create-message", isMapped);
  return {
    config: filled(config.endsWith("\n") ? config : `${config}\n`, place),
    excludes: linesOf(relevant(files, "excludes", isMapped)),
    templates: linesOf(relevant(files, "templates", isMapped)).filter(isBelow).map((path) => `./${path.replace(/^\/+/, "")}`),
    ...(fstab === undefined ? {} : { fstab: filled(fstab, place) }), ...(message === undefined ? {} : { message }),
  };
}
