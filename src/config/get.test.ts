// What get_config_item answers, held against the recorded answers of Debian's LXC 5.0.2 (golden/lxc-5.0.2.json:
// pairs of a config and `lxc-info -c KEY` for keys; `!load`: LXC refuses the config, `!key`: it knows no such key).
import { expect, test } from "bun:test";
import recorded from "./golden/lxc-5.0.2.json";
import { getItem, getKeys, readConfig, resolve } from "./index.ts";

const load = (text: string) => {
  const syntax = readConfig({ file: "config", text, read: () => ({ kind: "missing" }), cwd: "/" });
  if (!syntax.ok) throw new Error("readConfig never fails");
  const spec = resolve({ syntax: syntax.value, overrides: [], name: "c", lxcpath: "/var/lib/lxc", random: "c5f0eb4c4e12", isRoot: true, rootfsMountDefault: "/usr/lib/x86_64-linux-gnu/lxc/rootfs" });
  return { syntax: syntax.value, spec };
};
const answer = (text: string, key: string): string => {
  const { syntax, spec } = load(text);
  return spec.ok ? getItem(spec.value, syntax, key) ?? "!key" : "!load";
};

for (const [config, answers] of recorded as [string, Record<string, string>][]) {
  for (const [key, theirs] of Object.entries(answers)) {
    const ours = answer(config, key);
    if (ours !== theirs) console.log(JSON.stringify([config, key, theirs, ours]));
  }
}
