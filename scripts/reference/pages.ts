// Owns the Markdown pages of the key table: an index, a page for each group, and the table of states.
import { keyGroups, type KeyDescription, type KeyGroup } from "../../src/config/describe.ts";
import { GONE } from "../../src/config/legacy.ts";
import type { KeyState } from "../../src/config/keys/row.ts";
import { systemRows } from "../../src/config/system.ts";
import { exampleLines, examplesFile, readText } from "./texts.ts";

const NOTE = "Written by `scripts/gen-reference.ts` from the table of keys in `src/config/keys/` and the texts in `text/`; do not edit.";
/** GitHub's anchor of a heading. */
const anchor = (heading: string): string => heading.toLowerCase().replaceAll(/[^\w -]/g, "").replaceAll(" ", "-");
const code = (text: string): string => (text === "" ? "" : `\`${text}\``);
const cell = (text: string): string => text.replaceAll("|", "\\|");

export const stateText = ({ state, issue }: Pick<KeyDescription, "state" | "issue">): string => (issue === undefined ? state : `${state}, issue ${issue}`);

/** `2.1; before that lxc.tty`. */
export function ageText({ since, until, legacy }: KeyDescription, quote: (text: string) => string): string {
  const old = legacy.length === 0 ? "" : `; before that ${legacy.map(quote).join(", ")}`;
  if (since === "berth") return "Berth alone";
  return `LXC ${since}${until === undefined ? "" : ` to ${until}`}${old}`;
}

function keySection(key: KeyDescription, example: readonly string[], text: string | undefined): string {
  const facts: readonly (readonly [string, string])[] = [
    ["value", key.isClearing ? "nothing" : key.expects],
    ["default", key.default === "" ? "unset" : code(key.default)],
    ["once more", key.again], ["empty value", key.empty], ["asked for, it prints", key.getter],
    ["since", ageText(key, code)], ["in the spec", code(key.spec) || "nowhere"],
    ...(key.members.length === 0 ? [] : [["names", key.members.map(code).join(" ")] as const]),
    ["Berth", key.why === undefined ? stateText(key) : `${stateText(key)}: ${key.why}`],
  ];
  return [
    `## ${key.key}\n`, `${key.doc}\n`,
    "```", ...example, "```\n",
    "| | |", "|---|---|", ...facts.map(([name, value]) => `| ${name} | ${cell(value)} |`), "",
    ...(key.security === undefined ? [] : [`**Security.** ${key.security}\n`]),
    ...(text === undefined ? [] : [`${text}\n`]),
  ].join("\n");
}

function groupPage(group: KeyGroup, examples: ReadonlyMap<string, readonly string[]>): string {
  const { intro, sections, ofKey } = readText(group.name);
  return [
    `# ${group.title}\n`, `${NOTE}\n`, ...(intro === "" ? [] : [`${intro}\n`]),
    `${group.keys.map(({ key }) => `[${key}](#${anchor(key)})`).join(" · ")}\n`,
    ...sections.map(({ title, text }) => `## ${title}\n\n${text}\n`),
    ...group.keys.map((key) => keySection(key, examples.get(key.key) ?? [], ofKey.get(key.key))),
  ].join("\n");
}

function statePage(groups: readonly KeyGroup[]): string {
  const keys = groups.flatMap((group) => group.keys.map((key) => ({ group, key })));
  const count = (state: string): number => keys.filter(({ key }) => key.state === state).length;
  const states = ["acted on", "partly", "not yet", "nothing"].map((state) => `${count(state)} ${state}`).join(", ");
  return [
    "# Every key, and what Berth does about it\n", `${NOTE.replace("text/", "config/text/")}\n`,
    "**acted on**: wholly. **partly**: with the exception that is named. **not yet**: the line is read and checked, and a start warns that it does nothing. **nothing**: nothing is left to be done. \"issue\" is the issue that stands against it.\n",
    `${keys.length} keys: ${states}.\n`,
    "| key | state | why | meaning |", "|---|---|---|---|",
    ...keys.map(({ group, key }) => `| [\`${key.key}\`](config/${group.name}.md#${anchor(key.key)}) | ${stateText(key)} | ${cell(key.why ?? "")} | ${cell(key.doc)} |`), "",
    "## Old names\n", "What keys were called before LXC 2.1. All of them are understood, each with a warning; `lxc.network.KEY` is about the interface that the last `lxc.network.type` began, `lxc.network.N.KEY` about interface N.\n", "| old name | today's |", "|---|---|",
    ...keys.flatMap(({ key }) => key.legacy.map((name): readonly [string, string] => [name, code(key.key)])).concat(Object.entries(GONE).map(([name, why]) => [name, `none: ${why}`])).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, now]) => `| ${code(name)} | ${now} |`), "",
    "## Keys of lxc.conf\n", "| key | state | meaning |", "|---|---|---|",
    ...systemRows.map(({ key, doc, state }) => `| [\`${key}\`](config/system.md#${anchor(key)}) | ${cell(stateSentence(state))} | ${cell(doc)} |`), "",
  ].join("\n");
}

function indexPage(groups: readonly KeyGroup[]): string {
  const { intro, sections } = readText("format");
  return [
    "# The config of a container\n", `${NOTE}\n`, `${intro}\n`,
    "| page | keys |", "|---|---|", ...groups.map(({ name, title, keys }) => `| [${title}](${name}.md) | ${keys.map(({ key }) => code(key)).join(" ")} |`),
    `| [lxc.conf: where containers are](system.md) | ${systemRows.map(({ key }) => code(key)).join(" ")} |`,
    "| [lxc-usernet: network interfaces of ordinary users](usernet.md) | |",
    "", "[keys.md](../keys.md) lists every key with its state.\n",
    ...sections.map(({ title, text }) => `## ${title}\n\n${text}\n`),
  ].join("\n");
}

/** `acted on`, or what is missing. */
export const stateSentence = (state: KeyState | undefined): string => (state === undefined ? "acted on" : `${stateText({ state: state.kind, ...(state.issue === undefined ? {} : { issue: state.issue }) })}: ${state.why}`);

function systemPage(): string {
  const { intro, sections, ofKey } = readText("system");
  const keySections = systemRows.flatMap(({ key, doc, root, user, since, grammar, state }) => [
    `## ${key}\n`, `${doc}\n`, "| | |", "|---|---|", `| value | ${cell(grammar.expects)} |`, `| root's default | ${root === undefined ? "unset" : code(root)} |`, `| a user's default | ${user === undefined ? "unset" : code(user)} |`, `| since | LXC ${since} |`, `| Berth | ${cell(stateSentence(state))} |`, "",
    ...(ofKey.has(key) ? [`${ofKey.get(key) ?? ""}\n`] : []),
  ]);
  return ["# lxc.conf: where containers are\n", `${NOTE.replace("src/config/keys/", "src/config/system.ts")}\n`, `${intro}\n`, ...sections.map(({ title, text }) => `## ${title}\n\n${text}\n`), ...keySections].join("\n");
}

function usernetPage(): string {
  const { intro, sections } = readText("usernet");
  return ["# lxc-usernet: network interfaces of ordinary users\n", "Written by `scripts/gen-reference.ts` from `text/usernet.md`; do not edit.\n", `${intro}\n`, ...sections.map(({ title, text }) => `## ${title}\n\n${text}\n`)].join("\n");
}

export interface Generated { readonly path: string; readonly text: string }

export function referencePages(groups: readonly KeyGroup[] = keyGroups()): readonly Generated[] {
  const examples = exampleLines(examplesFile());
  return [
    { path: "docs/reference/keys.md", text: statePage(groups) },
    { path: "docs/reference/config/README.md", text: indexPage(groups) },
    { path: "docs/reference/config/system.md", text: systemPage() },
    { path: "docs/reference/config/usernet.md", text: usernetPage() },
    ...groups.map((group) => ({ path: `docs/reference/config/${group.name}.md`, text: groupPage(group, examples) })),
  ];
}
