// Owns `berth config VERB`: which file answers for which verb. Each is loaded only when it is asked for.
import type { Request } from "../../model/request.ts";
import type { Answer, Door } from "../answer.ts";
import { done } from "../command-line.ts";

export interface ConfigVerb { readonly verb: string; readonly words: string; readonly does: string; readonly load: () => Promise<Door> }

export const VERBS: readonly ConfigVerb[] = [
  { verb: "get", words: "NAME KEY", does: "its value; also of a system key such as lxc.lxcpath", load: () => import("./config-get.ts") },
  { verb: "set", words: "NAME KEY VALUE", does: "set a key, or add to a list", load: () => import("./config-set.ts") },
  { verb: "unset", words: "NAME KEY", does: "take a key's lines out", load: () => import("./config-unset.ts") },
  { verb: "list", words: "NAME [PREFIX]", does: "the keys that are set", load: () => import("./config-list.ts") },
  { verb: "show", words: "NAME [KEY]", does: "the keys, and the line that each comes from", load: () => import("./config-show.ts") },
  { verb: "fix", words: "NAME", does: "old key names become those of today, slips are mended", load: () => import("./config-fix.ts") },
  { verb: "lint", words: "NAME", does: "what in it fails, does nothing, or opens the wall", load: () => import("./config-lint.ts") },
];

export const HELP = `Usage: berth config VERB NAME [WORD...] [OPTION...]
       berth config VERB --file FILE [WORD...] [OPTION...]

Read and change the config of a container, or any file in that language.

Verbs:
${VERBS.map(({ verb, words, does }) => `  ${`${verb} ${words}`.padEnd(24)}${does}`).join("\n")}

berth config VERB --help shows the options of a verb, with examples.
lxc.container.conf(5) explains the keys.
`;

export async function main(request: Request): Promise<Answer> {
  const [, word, ...rest] = request.argv;
  if (word === undefined) return done(1, { err: HELP });
  if (word === "help" || word === "--help" || word === "-h") return done(0, { out: HELP });
  const found = VERBS.find(({ verb }) => verb === word);
  if (found === undefined) return done(1, { err: `berth config: there is no verb '${word}'\n    remedy: berth config --help lists them\n` });
  return (await found.load()).main({ ...request, argv: [`berth config ${word}`, ...rest] });
}
