// Owns `lxc COMMAND`, of LXC 6: each command by its name without lxc-.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { commandOf } from "../berth/alias.ts";
import { done } from "../command-line.ts";
import { doors } from "../doors.ts";
import { LXC_LEVEL } from "../version.ts";

const known = (): string => `Known commands:\n${Object.keys(doors).filter((name) => name.startsWith("lxc-")).map((name) => `  ${name.slice("lxc-".length)}\n`).join("")}`;
export const HELP = `Usage: lxc COMMAND [OPTION...]

Each lxc-* command by its name without lxc-: lxc start web is lxc-start web, and
lxc start --help shows its options.

Examples:
  lxc ls -f
  lxc start web
`;

export async function main(request: Request): Promise<Answer> {
  const word = request.argv[1];
  if (word === "--version") return done(0, { out: `${LXC_LEVEL}\n` });
  if (word === "--help" || word === "-h" || word === "help") return done(0, { out: `${HELP}\n${known()}` });
  const argv = commandOf(request.argv);
  const door = word === undefined ? undefined : doors[argv[0] ?? ""];
  if (door === undefined) return done(1, { err: `${word === undefined ? "lxc: no command is named\n" : `lxc: there is no command '${word}'\n`}${known()}` });
  return (await door()).main({ ...request, argv });
}
