// Owns what lxc-start and lxc-execute share: -s, --share-*, and the words that end a failed start.
import type { Problem } from "../model/problem.ts";
import type { StartOptions } from "../runtime/verbs.ts";
import type { OptionRow } from "./getopt.ts";

export const DEFINE = { long: "define", short: "s", argument: "required", metavar: "KEY=VALUE", help: "set a config key for this run; may be repeated" } as const satisfies OptionRow;
export const SHARE = [
  { long: "share-net", argument: "required", metavar: "NAME|PID", help: "use the network of another container or process" },
  { long: "share-ipc", argument: "required", metavar: "NAME|PID", help: "the same for its IPC objects" },
  { long: "share-uts", argument: "required", metavar: "NAME|PID", help: "the same for its host name" },
  { long: "share-pid", argument: "required", metavar: "NAME|PID", help: "the same for its processes" },
] as const satisfies readonly OptionRow[];
const KINDS = ["net", "ipc", "uts", "pid"] as const;

export function shareOf(last: (long: `share-${(typeof KINDS)[number]}`) => string | undefined): StartOptions["share"] {
  return Object.fromEntries(KINDS.flatMap((kind) => {
    const value = last(`share-${kind}`);
    return value === undefined ? [] : [[kind, value]];
  }));
}

/** LXC's last line, which scripts look for. Its two lines on where to get more are left out: what they promise has been said. */
export const CLASSIC_LINE = "The container failed to start";

/** What LXC refuses before it calls anything a start. */
const isBeforeStart = ({ code }: Problem): boolean =>
  code === "container.missing" || code === "container.running" || code === "container.busy" || code === "config.missing" || code.startsWith("name.") || code.startsWith("option.");

export const closingOf = (problems: readonly Problem[]): readonly string[] => (problems.some(isBeforeStart) ? [] : [CLASSIC_LINE]);
