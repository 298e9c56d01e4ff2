// Owns lxc-config(1), which has a command line of its own: any beginning of a key will do, and everything is on stdout.
import type { Request } from "../../model/request.ts";
import { systemConfig, systemConfigKeys, systemConfigProblems } from "../../runtime/system-config.ts";
import type { Answer } from "../answer.ts";
import { done } from "../command-line.ts";
import { problemLines } from "../say.ts";

export const HELP = `Usage: lxc-config -l: list all available configuration items
       lxc-config item: print configuration item
`;
const HELP_WORDS = ["-h", "--help"];

/** LXC compares as many characters as were given: `-`, `--` and "" ask for help, `lxc` is the first key. */
const isBeginning = (word: string) => (whole: string): boolean => whole.startsWith(word);

const answerTo = (request: Request, word: string | undefined): Answer => {
  if (word === undefined || HELP_WORDS.some(isBeginning(word))) return done(0, { out: HELP });
  if (word === "-l") return done(0, { out: systemConfigKeys.map((key) => `${key}\n`).join("") });
  const key = systemConfigKeys.find(isBeginning(word));
  if (key === undefined) return done(1, { out: `Unknown configuration item: ${word}\n` });
  const value = systemConfig(request, key);
  return done(0, { out: value === undefined ? `${word} is not set.\n` : `${value}\n` });
};

/** What is wrong in lxc.conf goes to stderr, where LXC says nothing. */
export const main = async (request: Request): Promise<Answer> => {
  const answer = answerTo(request, request.argv[1]);
  const problems = await systemConfigProblems(request);
  return answer.kind !== "done" || problems.length === 0 ? answer : { ...answer, err: problems.map((problem) => problemLines({ program: "lxc-config", name: "" }, problem)).join("") };
};
