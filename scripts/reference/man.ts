// Owns the manual pages lxc.container.conf(5), lxc.conf(5) and lxc-usernet(5): the table and the texts, as roff.
import { keyGroups, type KeyDescription, type KeyGroup } from "../../src/config/describe.ts";
import { systemRows } from "../../src/config/system.ts";
import { blocksOf } from "./markdown.ts";
import type { Generated } from "./pages.ts";
import { ageText, stateSentence, stateText } from "./pages.ts";
import { literal, paragraph, roff } from "./roff.ts";
import { exampleLines, examplesFile, readText } from "./texts.ts";

interface Page { readonly name: string; readonly about: string; readonly body: readonly string[] }

function manual({ name, about, body }: Page): Generated {
  const lines = [
    `.\\" Written by scripts/gen-reference.ts from the table of keys; do not edit.`,
    `.TH ${literal(name).toUpperCase()} 5 "2026-11-26" "Berth 0.1.0" "Berth"`, ".SH NAME", `${literal(name)} \\- ${about}`, ...body,
  ];
  return { path: `share/man/man5/${name}.5`, text: `${lines.join("\n")}\n` };
}

const section = (title: string, lines: readonly string[]): readonly string[] => [`.SH ${literal(title).toUpperCase()}`, ...(lines[0] === ".PP" ? lines.slice(1) : lines)];
const subsection = (title: string, text: string): readonly string[] => [`.SS ${literal(title)}`, ...roff(blocksOf(text))].filter((line, index) => !(index === 1 && line === ".PP"));

const upperFirst = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function keyFacts(key: KeyDescription): string {
  const bold = (text: string): string => `\`${text}\``;
  return [
    ...(key.default === "" ? [] : [`Default: ${bold(key.default)}.`]),
    ...(key.isRepeatable || key.isFamily ? [`${upperFirst(key.again)}.`] : []),
    ...(key.isClearing || key.empty === "as if it had never been set" ? [] : [`An empty value: ${key.empty}.`]),
    ...(key.members.length === 0 ? [] : [`Names: ${key.members.map(bold).join(", ")}.`]),
    `Since ${ageText(key, bold)}.`,
  ].join(" ");
}

function keyEntry(key: KeyDescription, example: readonly string[], text: string | undefined): readonly string[] {
  const state = key.why === undefined ? [] : [".PP", ...paragraph(`Berth: **${stateText(key)}.** ${key.why}`)];
  return [
    ".TP", `\\fB${literal(key.key)}\\fR = ${key.isClearing ? "" : `\\fI${literal(key.expects)}\\fR`}`.trim(), ...paragraph(key.doc), ".RS", ".PP", ...paragraph(keyFacts(key)),
    ...(key.security === undefined ? [] : [".PP", ...paragraph(`**Security:** ${key.security}`)]), ...state,
    ...(text === undefined ? [] : roff(blocksOf(text.replaceAll(/^### (.*)$/gm, "**$1**\n")))),
    ...(example.length === 0 || key.isClearing || text?.includes("```") === true ? [] : roff([{ kind: "code", lines: example }])), ".RE",
  ];
}

function groupSection(group: KeyGroup, examples: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const { intro, sections, ofKey } = readText(group.name);
  const entries = group.keys.flatMap((key) => keyEntry(key, examples.get(key.key) ?? [], ofKey.get(key.key)));
  const head = section(group.title, roff(blocksOf(intro)));
  const keys = sections.length === 0 && intro === "" ? entries : [".SS Keys", ...entries];
  return [...head, ...sections.flatMap(({ title, text }) => subsection(title, text)), ...keys];
}

const seeAlso = (...pages: readonly string[]): readonly string[] => [".SH SEE ALSO", ...pages.map((page, index) => {
  const [, name = "", number = ""] = /^(.*)\((\d)\)$/.exec(page) ?? [];
  return `.BR ${literal(name)} (${number})${index === pages.length - 1 ? "" : ","}`;
})];
const files = (rows: readonly (readonly [string, string])[]): readonly string[] => [".SH FILES", ...rows.flatMap(([path, text]) => [".TP", `.I ${literal(path)}`, ...paragraph(text)])];

function containerPage(groups: readonly KeyGroup[]): Generated {
  const { intro, sections } = readText("format");
  const examples = exampleLines(examplesFile());
  return manual({ name: "lxc.container.conf", about: "the config of a container", body: [
    ...section("Description", roff(blocksOf(intro))), ...sections.flatMap(({ title, text }) => subsection(title, text)),
    ...groups.flatMap((group) => groupSection(group, examples)),
    ...files([["LXCPATH/NAME/config", "The config of the container NAME."], ["/etc/lxc/default.conf", "What root's new containers begin with."], ["~/.config/lxc/default.conf", "The same for an ordinary user."], ["/usr/share/lxc/config/", "Files to include: `common.conf`, `userns.conf`, `nesting.conf` and those of distributions. Where they are not there, those that Berth brings along are read."]]),
    ...seeAlso("lxc.conf(5)", "lxc-usernet(5)", "capabilities(7)", "namespaces(7)", "cgroups(7)", "fstab(5)", "subuid(5)"),
  ] });
}

function systemPage(): Generated {
  const { intro, sections, ofKey } = readText("system");
  const keys = systemRows.flatMap(({ key, doc, root, user, grammar, since, state }) => [
    ".TP", `\\fB${literal(key)}\\fR = \\fI${literal(grammar.expects)}\\fR`, ...paragraph(doc), ...(state === undefined ? [] : paragraph(`Berth: ${stateSentence(state)}`)), ...paragraph(`Since LXC ${since}.`), ...paragraph(root === user ? `Default: ${root === undefined ? "unset" : `\`${root}\``}.` : `Default: \`${root ?? ""}\` for root, \`${user ?? ""}\` for an ordinary user.`),
    ...(ofKey.has(key) ? [".RS", ...roff(blocksOf(ofKey.get(key) ?? "")), ".RE"] : []),
  ]);
  return manual({ name: "lxc.conf", about: "where containers are, and what new ones are made with", body: [
    ...section("Description", roff(blocksOf(intro))), ...sections.flatMap(({ title, text }) => subsection(title, text)), ".SH KEYS", ...keys,
    ...files([["/etc/lxc/lxc.conf", "Root's."], ["~/.config/lxc/lxc.conf", "An ordinary user's."]]), ...seeAlso("lxc.container.conf(5)", "lxc-usernet(5)"),
  ] });
}

function usernetPage(): Generated {
  const { intro, sections } = readText("usernet");
  return manual({ name: "lxc-usernet", about: "which network interfaces ordinary users may make", body: [
    ...section("Description", roff(blocksOf(intro))), ...sections.flatMap(({ title, text }) => subsection(title, text)),
    ...files([["/etc/lxc/lxc-usernet", "This file."], ["/run/lxc/nics", "Interfaces that exist now, a line each: the user or @group whose line allowed it, type, bridge, interface."]]), ...seeAlso("lxc.container.conf(5)", "lxc.conf(5)"),
  ] });
}

export const manualPages = (groups: readonly KeyGroup[] = keyGroups()): readonly Generated[] => [containerPage(groups), systemPage(), usernetPage()];
