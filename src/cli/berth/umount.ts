// Owns `berth umount`: what is mounted on a path of a running container, away.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { misuse, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { EXPLAIN, NAME } from "../options.ts";
import type { Tool } from "../options.ts";

const rows = [NAME, { long: "lazy", help: "also while something uses it: it is gone when that has ended" }, EXPLAIN] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth umount", synopsis: "NAME TARGET [--lazy]", hasName: true, rows,
  about: "Unmount what is mounted on a path of a running container, by berth mount or by itself. The target stays.",
  examples: [["berth umount web /data", "what berth mount has brought"]],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const [target, ...more] = line.words;
  if (target === undefined || more.length > 0) return misuse(line, { code: "option.missing", text: "one TARGET in the container is needed", remedy: "as in: berth umount web /data" });
  const { umount } = await import("../../runtime/mount.ts");
  return runOrExplain(line, await umount(request, line.target, { target, isLazy: line.options.has("lazy") }));
});
