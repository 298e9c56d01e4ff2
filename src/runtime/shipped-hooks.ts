// Owns hooks that LXC's package ships: where it is not installed, Berth's own of that name run in their place.
import { existsSync } from "node:fs";
import { shippedPath } from "../config/index.ts";
import { quoted } from "../linux/sh.ts";
import type { ContainerSpec } from "../model/spec.ts";

const FOLDER = "/usr/share/lxc/hooks/";

/** A hook is a line for the shell, so a path with anything odd in it is quoted. */
const word = (path: string): string => (/^[\w./+-]+$/.test(path) ? path : quoted(path));

function shippedCommand(command: string, share: string): string {
  const [program = ""] = command.split(/\s/, 1);
  const shipped = program.startsWith(FOLDER) && !existsSync(program) ? shippedPath(program, share) : undefined;
  return shipped === undefined || !existsSync(shipped) ? command : word(shipped) + command.slice(program.length);
}

/** The start hook is a path inside the container: it stays what it is. */
export function withShippedHooks(hooks: ContainerSpec["hooks"], share: string): ContainerSpec["hooks"] {
  const found = Object.entries(hooks).map(([name, list]) => [name, name === "start" ? list : list.map((hook) => ({ ...hook, value: shippedCommand(hook.value, share) }))] as const);
  return Object.fromEntries(found);
}
