// Owns the mount grammars: a line of fstab(5) with LXC's extra options, and the words of lxc.mount.auto.
import type { Mount } from "../../model/mount.ts";
import { didYouMean } from "../nearest.ts";
import { good, words, wrong, type Grammar, type Reading, type Word } from "./grammar.ts";

/** What one line says; the target is still as written. */
export type MountLine = Omit<Mount, "from">;

/** getmntent(3): \040 blank, \011 tab, \012 newline, \134 backslash. */
const unescaped = (field: string): string => (field.includes("\\") ? field.replace(/\\(040|011|012|134|043)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8))) : field);

interface Extras { create?: "dir" | "file"; isOptional: boolean; isRelative: boolean; idmap?: string }

/** Takes LXC's own words out; undefined when the word is the kernel's. */
function takeExtra(option: string, extras: Extras): Reading<true> | undefined {
  if (option === "optional") extras.isOptional = true;
  else if (option === "relative") extras.isRelative = true;
  else if (option === "create=dir") extras.create = "dir";
  else if (option === "create=file") extras.create = "file";
  else if (option.startsWith("create=")) return wrong(`'${option}' is not create=dir or create=file`);
  else if (option === "idmap=") return wrong("'idmap=' needs 'container' or the path of a user namespace");
  else if (option.startsWith("idmap=")) extras.idmap = option.slice("idmap=".length);
  else if (!option.startsWith("x-")) return undefined;
  return good(true);
}

function mountOptions(field: Word | undefined): Reading<{ readonly options: readonly string[]; readonly extras: Extras }> {
  const extras: Extras = { isOptional: false, isRelative: false };
  const options: string[] = [];
  let offset = field?.offset ?? 0;
  for (const option of (field?.text ?? "").split(",")) {
    const taken = option === "" ? good(true) : takeExtra(option, extras);
    if (taken === undefined) options.push(unescaped(option));
    else if (!taken.ok) return { ...taken, offset };
    offset += option.length + 1;
  }
  return good({ options, extras });
}

export const mountLine: Grammar<MountLine> = {
  expects: "a line of fstab(5): SOURCE TARGET TYPE OPTIONS [DUMP PASS]",
  facts: { pattern: "^[ \\t]*[^ \\t]+(?:[ \\t]+[^ \\t]+){2}(?:[ \\t]+[^ \\t]+(?:[ \\t]+[0-9]+){0,2}(?:[ \\t]+#.*)?)?[ \\t]*$" },
  read: (text) => {
    const all = words(text);
    const comment = all.findIndex((word, index) => index >= 4 && word.text.startsWith("#"));
    const fields = comment < 0 ? all : all.slice(0, comment);
    const [source, target, fstype, optionField, dump, pass, extra] = fields;
    if (source === undefined || target === undefined || fstype === undefined) {
      return wrong(`${fields.length} field${fields.length === 1 ? "" : "s"}, at least SOURCE TARGET TYPE are needed`, 0, "write: SOURCE TARGET TYPE OPTIONS 0 0; a blank in a path is \\040");
    }
    for (const number of [dump, pass]) {
      if (number !== undefined && number.text !== "0" && !/^\d+$/.test(number.text)) return wrong(`'${number.text}' is not a number`, number.offset, "a blank in a path is written \\040, options are joined by commas");
    }
    if (extra !== undefined) return wrong(`'${extra.text}' is one field too many`, extra.offset, "a blank in a path is written \\040");
    const read = mountOptions(optionField);
    if (!read.ok) return read;
    const { options, extras } = read.value;
    return good({ source: unescaped(source.text), target: unescaped(target.text), fstype: unescaped(fstype.text), options, ...extras });
  },
};

/** One word of lxc.mount.auto. */
export type AutoMountWord =
  | { readonly class: "proc"; readonly mode: "mixed" | "rw" }
  | { readonly class: "sys"; readonly mode: "ro" | "mixed" | "rw" }
  /** mode undefined: rw with CAP_SYS_ADMIN, else mixed. */
  | { readonly class: "cgroup"; readonly mode: "mixed" | "ro" | "rw" | undefined; readonly isFull: boolean; readonly isForced: boolean; readonly isV2: boolean }
  | { readonly class: "shmounts"; readonly host: string; readonly container: string };

const SIMPLE: Readonly<Record<string, AutoMountWord>> = {
  proc: { class: "proc", mode: "mixed" }, "proc:mixed": { class: "proc", mode: "mixed" }, "proc:rw": { class: "proc", mode: "rw" },
  sys: { class: "sys", mode: "mixed" }, "sys:mixed": { class: "sys", mode: "mixed" }, "sys:ro": { class: "sys", mode: "ro" }, "sys:rw": { class: "sys", mode: "rw" },
};

const modeWord = (word: string | undefined): "mixed" | "ro" | "rw" | undefined => (word === "mixed" || word === "ro" || word === "rw" ? word : undefined);

function cgroupWord(word: string): AutoMountWord | undefined {
  const [, name, given, force] = /^(cgroup2|cgroup-full|cgroup)(?::(mixed|ro|rw))?(:force)?$/.exec(word) ?? [];
  if (name === undefined) return undefined;
  const mode = modeWord(given);
  if (name === "cgroup2" && mode === "mixed") return undefined;
  return { class: "cgroup", mode: name === "cgroup2" ? mode ?? "rw" : mode, isFull: name === "cgroup-full", isForced: force !== undefined || name === "cgroup2", isV2: name === "cgroup2" };
}

/** What is usually written; more can be. */
const AUTO_MOUNTS = [...Object.keys(SIMPLE), ...["cgroup", "cgroup-full"].flatMap((name) => [name, ...["mixed", "ro", "rw"].map((mode) => `${name}:${mode}`)]), "cgroup2", "cgroup2:ro"];

function shmountsWord(word: string): AutoMountWord | undefined {
  if (!word.startsWith("shmounts:")) return undefined;
  const [host = "", container] = word.slice("shmounts:".length).split(":");
  return host === "" ? undefined : { class: "shmounts", host, container: container === undefined || container === "" ? "/dev/.lxc-mounts" : container };
}

const autoWords = (): readonly string[] => [...Object.keys(SIMPLE), "cgroup", "cgroup-full", "cgroup2", ...["cgroup", "cgroup-full"].flatMap((name) => ["mixed", "ro", "rw"].map((mode) => `${name}:${mode}`)), "cgroup2:ro", "cgroup2:rw"];

export const autoMounts: Grammar<readonly AutoMountWord[]> = {
  expects: "words out of proc[:mixed|:rw], sys[:ro|:mixed|:rw], cgroup[-full][:mixed|:ro|:rw][:force], cgroup2[:ro|:rw][:force], shmounts:HOST[:CONTAINER]",
  facts: { isWords: true, choices: AUTO_MOUNTS, pattern: "^cgroup(?:-full)?(?::(?:mixed|ro|rw))?(?::force)?$|^cgroup2(?::(?:ro|rw))?(?::force)?$|^shmounts:[^:]" },
  read: (text) => {
    const found: AutoMountWord[] = [];
    for (const word of words(text)) {
      const value = SIMPLE[word.text] ?? cgroupWord(word.text) ?? shmountsWord(word.text);
      if (value === undefined) return wrong(`'${word.text}' is nothing that can be mounted automatically`, word.offset, didYouMean(word.text, autoWords(), "use proc, sys, cgroup, cgroup-full, cgroup2 or shmounts:PATH"));
      found.push(value);
    }
    return good(found);
  },
  show: (found) => found.map(autoMountText),
};

/** The word in its full form, as get_config_item prints it. */
function autoMountText(word: AutoMountWord): string {
  if (word.class === "shmounts") return `shmounts:${word.host}:${word.container}`;
  if (word.class !== "cgroup") return `${word.class}:${word.mode}`;
  const name = word.isV2 ? "cgroup2" : word.isFull ? "cgroup-full" : "cgroup";
  return `${name}${word.mode === undefined ? "" : `:${word.mode}`}${word.isForced ? ":force" : ""}`;
}
