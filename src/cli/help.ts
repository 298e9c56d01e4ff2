// Owns --help and --usage: both come from the tool's table.
import { aboutAs } from "./berth/alias.ts";
import { commonOf } from "./options.ts";
import type { OptionRow } from "./getopt.ts";
import type { Tool } from "./options.ts";

const WIDTH = 79;
const COLUMN = 30;

/** `-n, --name=NAME`. */
function spelling({ long, short, argument, metavar }: OptionRow): string {
  const value = argument === undefined ? "" : argument === "optional" ? `[=${metavar ?? "VALUE"}]` : `=${metavar ?? "VALUE"}`;
  return `${short === undefined ? "    " : `-${short}, `}--${long}${value}`;
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function rowText(row: OptionRow): string {
  const head = `  ${spelling(row)}`;
  const [first = "", ...more] = wrapped(row.help, WIDTH - COLUMN);
  const start = head.length < COLUMN - 1 ? `${head.padEnd(COLUMN)}${first}` : `${head}\n${" ".repeat(COLUMN)}${first}`;
  return [start, ...more.map((line) => `${" ".repeat(COLUMN)}${line}`)].join("\n");
}

/** A letter that the tool has taken for an option of its own is no other one's. */
function shownOf(tool: Tool): readonly OptionRow[] {
  const isTaken = ({ short }: OptionRow): boolean => tool.rows.some((row) => row.short === short);
  return commonOf(tool).filter(({ help }) => help !== "").map((row) => {
    const { short, ...rest } = row;
    return short !== undefined && isTaken(row) ? rest : row;
  });
}

export function helpText(tool: Tool): string {
  const { name, synopsis, rows, examples, notes = [] } = tool;
  const width = Math.max(...examples.map(([command]) => command.length), 0);
  const blocks = [
    `Usage: ${name} ${synopsis}`, wrapped(aboutAs(name, tool.about), WIDTH).join("\n"),
    ...(rows.length === 0 ? [] : [["Options:", ...rows.map(rowText)].join("\n")]),
    ["Common options:", ...shownOf(tool).map(rowText)].join("\n"),
    ...(notes.length === 0 ? [] : [notes.map((note) => wrapped(note, WIDTH).join("\n")).join("\n")]),
    ["Examples:", ...examples.map(([command, does]) => `  ${command.padEnd(width)}  # ${does}`)].join("\n"),
  ];
  return `${blocks.join("\n\n")}\n`;
}

export function usageText(tool: Tool): string {
  const { name, rows } = tool;
  const parts = [...rows, ...shownOf(tool)].map(({ long, short, argument, metavar = "VALUE" }) => {
    const value = argument === undefined ? "" : argument === "optional" ? `[=${metavar}]` : `=${metavar}`;
    return `[${short === undefined ? "" : `-${short}|`}--${long}${value}]`;
  });
  return `Usage: ${name} ${parts.join(" ")}\n`;
}
