// Owns `berth copy` and `berth rename`: lxc-copy, whose new name may also be the second word.
import type { Request } from "../../model/request.ts";
import type { Answer, Door } from "../answer.ts";
import { misuse, withLine } from "../command-line.ts";
import type { FoundOption, OptionRow } from "../getopt.ts";
import { main as lxcCopy, tool as lxcTool } from "../lxc/copy.ts";
import { NAME } from "../options.ts";
import type { Tool } from "../options.ts";

const SYNOPSIS = { copy: "NAME NEWNAME [OPTION...] [-- HOOK ARGUMENT...] | NAME -e [OPTION...] [-- COMMAND]", rename: "NAME NEWNAME" } as const;
const ABOUT = { copy: "Make a container like another one. Of a copy nothing is left unless all of it is there.", rename: "Give a container another name. It must be stopped." } as const;
const EXAMPLES = {
  copy: [["berth copy web web2", "a whole copy; blocks are shared where the file system can"], ["berth copy web try -s", "a layer above web's files, made in a moment"], ["berth copy web -e", "one that is gone when it stops"]],
  rename: [["berth rename web www", "its name is www from now on"]],
} as const;
const toolOf = (verb: keyof typeof SYNOPSIS): Tool => ({ ...lxcTool, rows: verb === "rename" ? [NAME] : lxcTool.rows, name: `berth ${verb}`, synopsis: SYNOPSIS[verb], about: ABOUT[verb], examples: EXAMPLES[verb], notes: [] });

const typed = ({ row: { long }, value }: FoundOption<OptionRow>): readonly string[] => [value === undefined ? `--${long}` : `--${long}=${value}`];

export const doorOf = (verb: keyof typeof SYNOPSIS): Door & { readonly tool: Tool } => {
  const tool = toolOf(verb);
  return {
    tool,
    main: (request: Request): Promise<Answer> => withLine(tool, request, (line) => {
      const { options, target, words: [second, ...more] } = line;
      const isNamed = options.has("newname") || options.has("newpath") || options.has("ephemeral");
      if (!isNamed && second === undefined) return Promise.resolve(misuse(line, { code: "option.missing", text: "a NEWNAME is needed", remedy: `as in: ${EXAMPLES[verb][0][0]}` }));
      const rest = isNamed ? line.words : more;
      const given = options.found.filter(({ row: { long } }) => long !== "name").flatMap(typed);
      return lxcCopy({ ...request, argv: [tool.name, ...(verb === "rename" ? ["--rename"] : []), `--name=${target.name}`, ...given, ...(isNamed || second === undefined ? [] : [`--newname=${second}`]), ...(rest.length === 0 ? [] : ["--", ...rest])] });
    }),
  };
};
