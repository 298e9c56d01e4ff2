// Owns docs/reference/lint.md: every rule of the linter, from the table that finds, with the examples that test it.
import { exampleOf, type Example, type Rule } from "../src/config/lint/rule.ts";
import { ruleGroups } from "../src/config/lint/table.ts";

/** Characters that nobody would see in the page. */
const visible = (text: string): string => text.replaceAll("\u00a0", "<U+00A0>").replaceAll("\r", "<CR>").replaceAll("\t", "<TAB>").replace(/\n+$/, "");

function exampleText(given: Example | string): string {
  const { text, files = {}, where } = exampleOf(given);
  const more = Object.entries(files).map(([path, content]) => `\n# ${path}: ${typeof content === "string" ? (content.trim() === "" ? "(empty)" : content.trim().replaceAll("\n", "; ")) : content.join(" ")}`).join("");
  return `${where === undefined ? "" : `On a host where ${where}:\n\n`}\`\`\`\n${visible(text)}${more}\n\`\`\`\n`;
}

function ruleText({ id, severity, sees, why, remedy, trips, passes, needsHost }: Rule): string {
  return [
    `### ${id}\n`, `**${severity}**${needsHost === true ? ", needs a look at the host" : ""} · ${sees} ${why} *Remedy:* ${remedy}.\n`,
    `It finds:\n\n${exampleText(trips)}`, `It is silent on:\n\n${exampleText(passes)}`,
  ].join("\n");
}

const row = ({ id, severity, sees }: Rule): string => `| [\`${id}\`](#${id}) | ${severity} | ${sees.replaceAll("|", "\\|")} |`;

export const lintPage = (): string => [
  "# Rules of berth config lint\n",
  "Written by `scripts/gen-lint.ts` from the table in `src/config/lint/`; do not edit. Names of rules are stable. Each rule is tested by exactly the two examples that stand with it here.\n",
  "`error`: the config does not load, the container does not start, or a line does the opposite of what it says. `warning`: probably not what was meant, or unsafe. `hint`: good to know. The exit status is 1 if there is an error, with `--strict` also if there is a warning.\n",
  "A comment silences one rule, or several, on the next line and on what that line includes; a finding that belongs to no line is silenced anywhere in its file:\n",
  "```\n# berth: ignore net-none\nlxc.net.0.type = none\n```\n",
  ...ruleGroups.flatMap(({ title, rules }) => [`## ${title}\n`, ["| rule | severity | what it sees |", "|---|---|---|", ...rules.map(row)].join("\n"), "", ...rules.map(ruleText)]),
].join("\n");
