// Owns the command `berth`: the lxc-* commands by shorter names, and what LXC has no command for.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done } from "../command-line.ts";
import { doors } from "../doors.ts";
import { BERTH_VERSION, LXC_LEVEL } from "../version.ts";
import { ALIASES, commandOf, spokenName } from "./alias.ts";
import { OWN_VERBS } from "./own-verbs.ts";

/** What is longer than its column keeps a blank behind it. */
const WIDTH = 18;
const row = (verb: string, does: string): string => `  ${verb.length < WIDTH ? verb.padEnd(WIDTH) : `${verb} `}${does}`;
export const HELP = `Usage: berth VERB [NAME] [OPTION...]

Linux system containers, unprivileged first. Each verb takes the options of the
lxc-* command that it stands for: berth start --help shows them.

Verbs:
${ALIASES.map(({ verb, does }) => row(`${verb} NAME`.replace(/^(ls|top) NAME/, "$1"), does)).join("\n")}
${OWN_VERBS.map(({ verb, words, does }) => row(`${verb} ${words}`.trimEnd(), does)).join("\n")}
${row("version", "of Berth, and the LXC release it is compatible with")}

Examples:
  berth create web -t busybox     # make a container
  berth start web                 # boot it
  berth exec web -- ps -ef        # a command in it
  berth explain web               # what a start would do, step by step
  berth why web                   # what went wrong
  berth config get web lxc.tty.max
  berth setup alice               # as root: alice may have containers, too
  berth stop web && berth rm web
`;
const VERSION = `berth ${BERTH_VERSION} (LXC ${LXC_LEVEL})\n`;

export async function main(request: Request): Promise<Answer> {
  const verb = request.argv[1];
  if (verb === undefined || verb === "help" || verb === "--help" || verb === "-h") return done(verb === undefined ? 1 : 0, verb === undefined ? { err: HELP } : { out: HELP });
  if (verb === "version" || verb === "--version") return done(0, { out: VERSION });
  const own = OWN_VERBS.find((one) => one.verb === verb);
  if (own !== undefined) return (await own.load()).main({ ...request, argv: [`berth ${verb}`, ...request.argv.slice(2)] });
  const argv = commandOf(request.argv);
  const door = doors[argv[0] ?? ""];
  if (argv === request.argv || door === undefined) return done(1, { err: `berth: there is no verb '${verb}'\n    remedy: berth --help lists them\n` });
  return (await door()).main({ ...request, argv: [spokenName(request.argv), ...argv.slice(1)] });
}
