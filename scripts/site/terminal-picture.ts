// Owns pictures of a terminal: what docs/pictures/NAME.term has seen, `$ ` in front of what was typed, as SVG. The sessions are run
// and compared by test/kernel/pictures.test.ts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Generated } from "../reference/pages.ts";
import { ROOT } from "../step.ts";
import { escapeHtml } from "./html.ts";
import { picturedPlan, planPicture } from "./plan-picture.ts";

const FOLDER = "docs/pictures";
const LINE = 18, LETTER = 7.25, EDGE = 16, BAR = 30;

export const terminalFiles = (): readonly string[] => readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith(".term")).toSorted();

function kindOf(line: string): string {
  if (line.startsWith("$ ")) return "typed";
  if (/^\s+(cause|remedy):/.test(line)) return "advice";
  return /\berror\b|cannot|does not exist|failed/i.test(line) ? "bad" : "said";
}

function terminalPicture(text: string): string {
  const lines = text.trimEnd().split("\n");
  const width = Math.ceil(Math.max(...lines.map(({ length }) => length), 60) * LETTER) + 2 * EDGE;
  const height = BAR + lines.length * LINE + EDGE;
  const rows = lines.map((line, i) => `<text class="${kindOf(line)}" x="${EDGE}" y="${BAR + 14 + i * LINE}" xml:space="preserve">${escapeHtml(line)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="12">
<style>text{fill:#d5dbe6}.typed{fill:#8fd18b;font-weight:bold}.advice{fill:#ffd28a}.bad{fill:#ff9d93}</style>
<rect width="${width}" height="${height}" rx="8" fill="#161b24"/><circle cx="18" cy="15" r="5" fill="#ff6a5e"/><circle cx="36" cy="15" r="5" fill="#f5bf4f"/><circle cx="54" cy="15" r="5" fill="#62c554"/>
${rows.join("\n")}
</svg>
`;
}

/** Every picture of the documentation. */
export const pictureFiles = (): readonly Generated[] => [
  { path: `${FOLDER}/plan.svg`, text: planPicture(picturedPlan()) },
  ...terminalFiles().map((name) => ({ path: `${FOLDER}/${name.replace(/\.term$/, ".svg")}`, text: terminalPicture(readFileSync(join(ROOT, FOLDER, name), "utf8")) })),
];
