// Owns what must hold for any text that is read as a config, whatever the files say that it includes.
import { load, problemLines } from "../../../src/config/golden/load.ts";
import { fillTemplates, getItem, getKeys, readConfig, resolve, setItem, syntaxText, systemConfig, unsetItem, updateConfig, withExcerpts, type ReadFile } from "../../../src/config/index.ts";
import { lint } from "../../../src/config/lint/lint.ts";
import type { Result } from "../../../src/model/problem.ts";
import type { ContainerSpec } from "../../../src/model/spec.ts";
import { parseText } from "../../../src/config/syntax.ts";
import { mutated, pick, someKey, someValue, type Chance } from "./mutate.ts";

const MOST_READ = 12;

/** Answers anything; the same path always the same. */
function hostileReader(corpus: readonly string[], chance: Chance): ReadFile {
  const seen = new Map<string, ReturnType<ReadFile>>();
  return (path) => {
    const before = seen.get(path);
    if (before !== undefined) return before;
    const kind = seen.size > MOST_READ ? 0 : chance(9);
    const answer: ReturnType<ReadFile> = kind < 5 ? { kind: "missing" } : kind === 5 ? { kind: "error", text: "permission denied" }
      : kind === 6 ? { kind: "directory", files: ["a.conf", "b.conf", ".conf", "..", "x.conf/../../y.conf", "no"] } : { kind: "file", text: mutated(pick(chance, corpus), pick(chance, corpus), chance) };
    seen.set(path, answer);
    return answer;
  };
}

/** Without origins; big integers as text. */
const plain = (value: unknown): string => JSON.stringify(value, (key, inner: unknown) => (key === "from" || key.endsWith("From") ? undefined : typeof inner === "bigint" ? String(inner) : inner));

function must(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`does not hold: ${what}`);
}

const PLACE = { name: "web", lxcpath: "/var/lib/lxc", random: "0123456789abcdef", isRoot: true, rootfsMountDefault: "/m", cwd: "/work" } as const;

const resolved = (text: string, read: ReadFile): { readonly syntax: Parameters<typeof syntaxText>[0]; readonly spec: Result<ContainerSpec> } => {
  const syntax = readConfig({ file: "config", text, read, cwd: "/work", share: "/share" });
  if (!syntax.ok) throw new Error("readConfig fails");
  return { syntax: syntax.value, spec: resolve({ syntax: syntax.value, overrides: [], read, ...PLACE }) };
};

/** All of them now and then, else a few: each is asked for by reading the whole config. */
const some = <T>(chance: Chance, list: readonly T[]): readonly T[] => (list.length === 0 || chance(20) === 0 ? list : Array.from({ length: 4 }, () => pick(chance, list)));

function checkReading(text: string, read: ReadFile, chance: Chance): void {
  must(syntaxText(parseText("config", text)) === text, "the text comes back byte for byte");
  const { syntax, spec } = resolved(text, read);
  must(plain(resolved(text, read).spec) === plain(spec), "the same text means the same");
  const problems = spec.ok ? spec.warnings ?? [] : spec.problems;
  must(spec.ok || spec.problems.some(({ severity }) => severity !== "warning"), "what is refused has an error");
  for (const problem of withExcerpts([syntax], problems)) must(problem.text !== "" && problemLines([problem]).join().length < 8000, "a problem is short enough to be read");
  for (const isContainer of [true, false]) for (const finding of lint({ syntax, read, isContainer, ...PLACE })) must(finding.text !== "", "a finding says something");
  if (!spec.ok) return;
  for (const key of some(chance, getKeys(spec.value, syntax))) must(typeof getItem(spec.value, syntax, key) === "string", `${key} is listed and can be asked for`);
  for (const nic of spec.value.nics.slice(0, 3)) for (const sub of some(chance, getKeys(spec.value, syntax, `lxc.net.${nic.index}`))) must(typeof getItem(spec.value, syntax, `lxc.net.${nic.index}.${sub}`) === "string", `lxc.net.N.${sub} is listed and can be asked for`);
}

function checkEditing(text: string, chance: Chance): void {
  const [key, value] = [someKey(chance), someValue(chance)];
  const set = setItem(text, key, value);
  if (set.ok && value !== "") must(parseText("config", set.value).lines.some((line) => line.kind === "entry" && line.value === value), `'${key}' is set to '${value}'`);
  const unset = unsetItem(text, key);
  if (unset.ok) {
    const again = unsetItem(unset.value, key);
    // old interfaces have no number: where the first is gone, the second is the first
    const isCounted = key.startsWith("lxc.net.") && text.includes("lxc.network");
    must(isCounted || (again.ok && again.value === unset.value), `${key} is gone after one unset`);
    const kept = parseText("config", unset.value).lines.map((line) => line.text);
    must(kept.every((line) => text.includes(line)), "an unset changes no other line");
  }
  must(parseText("config", fillTemplates(text, "0123")).lines.length === parseText("config", text).lines.length, "templates are filled in their lines");
  systemConfig({ isRoot: true, home: "/root", text })("lxc.lxcpath");
}

function checkUpdate(text: string, read: ReadFile): void {
  const before = resolved(text, read);
  const { text: now } = updateConfig(before.syntax);
  const after = resolved(now, read);
  must(updateConfig(after.syntax).text === now, "an updated config needs no update");
  if (before.spec.ok) must(after.spec.ok && plain(after.spec.value) === plain(before.spec.value), "an updated config means the same");
}

/** Throws where something does not hold. */
export function check(text: string, corpus: readonly string[], chance: Chance): void {
  const read = hostileReader(corpus, chance);
  checkReading(text, read, chance);
  checkEditing(text, chance);
  checkUpdate(text, read);
  load(text, {}, [text.split("\n")[0] ?? "", someKey(chance)]);
}
