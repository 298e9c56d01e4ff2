// Owns `berth mount`: something of the host on a path of a running container.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { misuse, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { EXPLAIN, NAME } from "../options.ts";
import type { Tool } from "../options.ts";

const rows = [
  NAME,
  { long: "ro", help: "read-only" },
  { long: "mine", help: "the files belong inside to whom they belong outside, where the container has ids of its own (an idmapped mount; root only)" },
  EXPLAIN,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth mount", synopsis: "NAME SOURCE TARGET [--ro] [--mine]", hasName: true, rows,
  about: "Bind a directory or file of the host, with what is mounted below it, on a path of a running container. A missing target is made; wherever links of the container lead, it stays beneath its root.",
  examples: [
    ["berth mount web /srv/data /data", "a directory of the host"],
    ["berth mount web /srv/data /data --ro --mine", "to be read, with its owners as they are outside"],
    ["berth umount web /data", "and away again"],
  ],
  notes: ["It lasts until the container stops; lxc.mount.entry of its config holds at each start. What root mounts with --ro into a container with ids of its own stays read-only; a container's root with CAP_SYS_ADMIN may else remount it writable."],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const [source, target, ...more] = line.words;
  if (source === undefined || target === undefined || more.length > 0) return misuse(line, { code: "option.missing", text: "a SOURCE of the host and a TARGET in the container are needed", remedy: "as in: berth mount web /srv/data /data" });
  const { mount } = await import("../../runtime/mount.ts");
  return runOrExplain(line, await mount(request, line.target, { source, target, isReadOnly: line.options.has("ro"), keepsOwners: line.options.has("mine") }));
});
