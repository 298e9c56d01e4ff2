// Owns which of the host's apt sources a new Debian is made from: those of its own release, nothing of third parties.

/** One source, in the form it was written in. */
export interface AptSource { readonly text: string; readonly format: "deb822" | "line" }

/** `bookworm`, `bookworm-updates`, `bookworm-security`, `bookworm/updates`. */
const ofRelease = (word: string, suite: string): boolean => word === suite || new RegExp(`^${suite}[-/](updates|security|backports)$`).test(word);
const isWanted = (suites: readonly string[], components: readonly string[], suite: string): boolean =>
  suites.some((word) => ofRelease(word, suite) && !word.endsWith("backports")) && components.includes("main");

/** `deb [options] URI SUITE COMPONENT…` */
function fromLine(line: string, suite: string): readonly AptSource[] {
  const found = /^deb\s+(?:\[[^\]]*\]\s+)?\S+\s+(\S+)\s+(.*)$/.exec(line.trim());
  if (found === null || !isWanted([found[1] ?? ""], (found[2] ?? "").split(/\s+/), suite)) return [];
  return [{ text: line.trim(), format: "line" }];
}

function fieldsOf(stanza: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let last = "";
  for (const line of stanza.split("\n").filter((text) => !text.startsWith("#"))) {
    const colon = line.indexOf(":");
    if (/^\s/.test(line)) fields.set(last, `${fields.get(last) ?? ""} ${line.trim()}`);
    else if (colon > 0) {
      last = line.slice(0, colon).toLowerCase();
      fields.set(last, line.slice(colon + 1).trim());
    }
  }
  return fields;
}

/** deb822(5) stanza: fields, with further lines indented. Disabled ones and those of source packages do not count. */
function fromStanza(stanza: string, suite: string): readonly AptSource[] {
  const fields = fieldsOf(stanza);
  const words = (name: string): readonly string[] => (fields.get(name) ?? "").split(/\s+/);
  if (!words("types").includes("deb") || ["no", "false"].includes((fields.get("enabled") ?? "").toLowerCase())) return [];
  return isWanted(words("suites"), words("components"), suite) ? [{ text: stanza.trim(), format: "deb822" }] : [];
}

/** The same with further components: `contrib`, `non-free`. */
export function withComponents({ text, format }: AptSource, more: readonly string[]): AptSource {
  const widened = (words: string): string => [...words.split(/\s+/), ...more].filter((word, i, all) => word !== "" && all.indexOf(word) === i).join(" ");
  if (format === "line") return { format, text: text.replace(/^(deb\s+(?:\[[^\]]*\]\s+)?\S+\s+\S+\s+)(.*)$/, (_, head: string, words: string) => head + widened(words)) };
  return { format, text: text.replace(/^(Components:)((?:.*)(?:\n[ \t].*)*)/im, (_, head: string, words: string) => `${head} ${widened(words)}`) };
}

/** What a file of /etc/apt/sources.list.d (or sources.list) has for the release. */
export function wantedSources(file: string, text: string, suite: string): readonly AptSource[] {
  if (file.endsWith(".sources")) return text.split(/\n\s*\n/).flatMap((stanza) => fromStanza(stanza, suite));
  return text.split("\n").flatMap((line) => fromLine(line, suite));
}
