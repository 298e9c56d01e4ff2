// Owns `berth resize`: another size for a root file system that has one of its own.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { bytesOf } from "../size.ts";
import { NAME } from "../options.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";

const rows = [NAME] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth resize", synopsis: "NAME SIZE", hasName: true, rows,
  about: "Give a container's root file system another size, where it has one of its own: an image (-B loop), a volume of lvm, an image of rbd; of a dataset of zfs the quota. It grows while the container runs, too. Only an image is made smaller, of a stopped container: all files are copied to a new one, which takes its place if they fit. SIZE is a number and one of bBkKmMgGtT; a bare number is MiB.",
  examples: [["berth resize web 4G", "it has 4 GiB then"], ["berth resize web 900M", "smaller, if what is in it fits"]],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const [word, ...more] = line.words;
  if (word === undefined || more.length > 0) return misuse(line, { code: "option.missing", text: "one SIZE is needed", remedy: `as in: berth resize ${line.target.name} 4G` });
  const size = bytesOf(word);
  if (size === undefined || size === 0) return misuse(line, { code: "option.value", text: `'${word}' is not a size`, remedy: "a number and one of bBkKmMgGtT: 500M, 2G; a bare number is MiB" });
  const { resize } = await import("../../runtime/resize.ts");
  const result = await resize(request, line.target, { size });
  return result.ok ? done(0, { err: say(line.voice, result.warnings ?? []) }) : failed(line, result.problems);
});
