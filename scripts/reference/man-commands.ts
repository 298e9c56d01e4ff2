// Owns the manual pages of commands, in section 1: the option tables that --help prints, as roff.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { doors } from "../../src/cli/doors.ts";
import { aboutAs, aliasAbout, ALIASES } from "../../src/cli/berth/alias.ts";
import { VERBS } from "../../src/cli/berth/config.ts";
import { OWN_VERBS } from "../../src/cli/berth/own-verbs.ts";
import type { OptionRow } from "../../src/cli/getopt.ts";
import { HELP as CONFIG_HELP } from "../../src/cli/lxc/config.ts";
import { HELP as MULTICALL_HELP } from "../../src/cli/old/multicall.ts";
import { commonOf, type Tool } from "../../src/cli/options.ts";
import { ROOT } from "../step.ts";
import type { Generated } from "./pages.ts";
import { literal, plain, roff } from "./roff.ts";

interface Page { readonly name: string; readonly about: string; readonly body: readonly string[] }
type Row = readonly [string, string];

const SEE: readonly string[] = ["berth(1)", "lxc(1)", "lxc.container.conf(5)", "lxc.conf(5)"];
/** `berth rm` is in berth-rm.1. */
const fileName = (name: string): string => name.replaceAll(" ", "-");
const firstOf = (text: string): string => text.split(/(?<=\.) /, 1)[0]?.replace(/\.$/, "") ?? "";

function manual({ name, about, body }: Page): Generated {
  const file = fileName(name);
  const see = SEE.filter((page) => page !== `${file}(1)`).map((page) => `.BR ${literal(page.slice(0, -3))} ${page.slice(-3)}`);
  const lines = [
    `.\\" Written by scripts/gen-reference.ts from the option tables; do not edit.`,
    `.TH ${literal(file).toUpperCase()} 1 "2026-11-26" "Berth 0.1.0" "Berth"`, ".SH NAME", `${literal(file)} \\- ${literal(about)}`, ...body,
    ".SH SEE ALSO", ...see.map((line, index) => (index === see.length - 1 ? line : `${line},`)),
  ];
  return { path: `share/man/man1/${file}.1`, text: `${lines.join("\n")}\n` };
}

const section = (title: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [`.SH ${title}`, ...lines]);

function term({ long, short, argument, metavar = "VALUE" }: OptionRow): string {
  const value = argument === undefined ? "" : argument === "optional" ? `[=\\fI${literal(metavar)}\\fR]` : `=\\fI${literal(metavar)}\\fR`;
  return `${short === undefined ? "" : `\\fB\\-${short}\\fR, `}\\fB\\-\\-${literal(long)}\\fR${value}`;
}
const option = (row: OptionRow): readonly string[] => [".TP", term(row), ...plain(row.help)];
const terms = (rows: readonly Row[]): readonly string[] => rows.flatMap(([word, text]) => [".TP", `\\fB${literal(word)}\\fR`, ...plain(text)]);

function pageOf(tool: Tool, name: string = tool.name): Generated {
  return manual({ name, about: firstOf(aliasAbout(name) ?? tool.about), body: [
    ...section("SYNOPSIS", [`\\fB${literal(name)}\\fR ${literal(tool.synopsis)}`.trim()]),
    ...section("DESCRIPTION", plain(aboutAs(name, tool.about))),
    ...section("OPTIONS", tool.rows.filter(({ help }) => help !== "").flatMap(option)),
    ...section("COMMON OPTIONS", commonOf(tool).filter(({ help }) => help !== "").flatMap(option)),
    ...section("NOTES", (tool.notes ?? []).flatMap((note, index) => [...(index === 0 ? [] : [".PP"]), ...plain(note)])),
    ...section("EXAMPLES", terms(tool.examples)),
  ] });
}

/** With a command line of its own. */
const textPage = (name: string, about: string, help: string): Generated => manual({ name, about, body: section("DESCRIPTION", roff([{ kind: "code", lines: help.trimEnd().split("\n") }]).slice(1)) });

/** A program of its own, in C: its usage is in its source. */
function userNicPage(): Generated {
  const [, usage = ""] = /^static const char USAGE\[\] =\n((?:\t".*"[\n;]+)+)/m.exec(readFileSync(join(ROOT, "engine/user-nic/main.c"), "utf8")) ?? [];
  const help = [...usage.matchAll(/^\t"(.*)\\n"/gm)].map(([, line]) => line).join("\n");
  if (help === "") throw new Error("engine/user-nic/main.c has no USAGE");
  return textPage("lxc-user-nic", "an interface of the host for a container of an ordinary user", help);
}

function berthPage(): Generated {
  const verbs = [...ALIASES.map(({ verb, does }): Row => [`${verb}${["ls", "top"].includes(verb) ? "" : " NAME"}`, does]), ...OWN_VERBS.map(({ verb, words, does }): Row => [`${verb} ${words}`.trimEnd(), does])];
  return manual({ name: "berth", about: "Linux system containers, unprivileged first", body: [
    ...section("SYNOPSIS", ["\\fBberth\\fR \\fIVERB\\fR [\\fINAME\\fR] [\\fIOPTION\\fR...]"]),
    ...section("DESCRIPTION", plain("Each verb has a page of its own: berth-start(1) for berth start. Those that stand for an lxc-* command take its options.")),
    ...section("VERBS", terms([...verbs, ["version", "of Berth, and the LXC release it is compatible with"]])),
  ] });
}

const toolsOf = async (all: readonly { readonly load: () => Promise<{ readonly tool?: Tool }> }[]): Promise<readonly Tool[]> => (await Promise.all(all.map(({ load }) => load()))).flatMap(({ tool }) => (tool === undefined ? [] : [tool]));

export async function commandPages(): Promise<readonly Generated[]> {
  const named = await Promise.all(Object.entries(doors).map(async ([name, load]) => ({ name, tool: (await load()).tool })));
  return [
    berthPage(), textPage("lxc", "each lxc-* command by its name without lxc-", MULTICALL_HELP), userNicPage(), textPage("lxc-config", "print a system key of lxc.conf(5)", CONFIG_HELP),
    ...named.flatMap(({ name, tool }) => (tool === undefined ? [] : [pageOf(tool, name)])),
    ...ALIASES.flatMap(({ verb, argv: [command] }) => named.flatMap(({ name, tool }) => (name === command && tool !== undefined ? [pageOf(tool, `berth ${verb}`)] : []))),
    ...[...await toolsOf(OWN_VERBS), ...await toolsOf(VERBS)].map((tool) => pageOf(tool)),
  ];
}
