// Owns putting the same steps to Debian's liblxc (through python3-lxc) and to Berth's config language.
import { join } from "node:path";
import { load } from "../../src/config/golden/load.ts";
import { getItem, getKeys, setItem, unsetItem } from "../../src/config/index.ts";

export type Step = readonly ["load", string] | readonly ["set", string, string] | readonly ["clear", string] | readonly ["get", string] | readonly ["keys", string] | readonly ["save"];
/** `true` and `false`: it was taken or refused; null: no such key. */
export type Answer = string | boolean | null;
export interface Theirs { readonly version: string; readonly answers: readonly (readonly Answer[])[] }

/** One process for all questions; the interpreter that Debian's package is for. */
export function askTheirs(questions: readonly (readonly Step[])[]): Theirs {
  const { stdout, stderr, exitCode } = Bun.spawnSync(["/usr/bin/python3", join(import.meta.dir, "ask-lxc.py")], { stdin: Buffer.from(JSON.stringify(questions)) });
  if (exitCode !== 0) throw new Error(`ask-lxc.py: status ${exitCode}: ${stderr.toString()}`);
  return JSON.parse(stdout.toString());
}

const FILES = { "/tmp/f": "", "/etc/lxc/fstab": "" };

export function askOurs(steps: readonly Step[]): readonly Answer[] {
  let text = "";
  const take = (changed: ReturnType<typeof setItem>): boolean => {
    if (!changed.ok) return false;
    const { spec } = load(changed.value, FILES);
    // a value that the whole config cannot have is refused like one that its key cannot have; what is incomplete may follow
    if (!spec.ok && !spec.problems.every((problem) => problem.text.includes(" needs lxc.cgroup.dir."))) return false;
    text = changed.value;
    return true;
  };
  const look = <T extends Answer>(at: (loaded: ReturnType<typeof load>) => T): T | null => { const loaded = load(text, FILES); return loaded.spec.ok ? at(loaded) : null; };
  return steps.map((step): Answer => {
    switch (step[0]) {
      case "load": { text = step[1]; return load(text, FILES).spec.ok; }
      case "set": return take(setItem(text, step[1], step[2]));
      case "clear": return take(unsetItem(text, step[1]));
      case "get": return look(({ spec, syntax }) => (spec.ok ? getItem(spec.value, syntax, step[1]) ?? null : null));
      case "keys": return look(({ spec, syntax }) => (spec.ok ? getKeys(spec.value, syntax, step[1]).map((key) => `${key}\n`).join("") : ""));
      case "save": return text;
    }
  });
}
