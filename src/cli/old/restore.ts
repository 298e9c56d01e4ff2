// Owns lxc-restore, of Ubuntu 12.04.
import type { Request } from "../../model/request.ts";
import { targetOf } from "../../runtime/lxcpath.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import type { CommandLine } from "../command-line.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";
import { numberOf } from "./backup.ts";

const rows = [{ long: "lxcpath", short: "P", argument: "required", metavar: "PATH", help: "directory of the containers" }] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "lxc-restore", synopsis: "NAME [NUMBER]", hasName: false, isOld: true, rows,
  about: "Bring back the root file system that lxc-backup has kept as LXCPATH/NAME/rootfs.backup.NUMBER; without a number the latest. A directory of that name, as Ubuntu's own lxc-backup made it, is taken too. The config stays as it is. The command of Ubuntu 12.04; today it is berth import, or lxc-snapshot -r.",
  examples: [["lxc-restore web", "today: lxc-snapshot -r snap0 web, for a snapshot"], ["lxc-restore web 3", "backup 3"], ["berth import web3 -i /var/lib/lxc/web/rootfs.backup.3", "another container of it"]],
};

async function run(line: CommandLine<Row>): Promise<Answer> {
  const { request, options, words: [name, word, ...more], voice } = line;
  if (name === undefined) return misuse(line, { code: "name.missing", text: "no container is named", remedy: "lxc-restore NAME [NUMBER]" });
  if (more.length > 0) return misuse(line, { code: "option.missing", text: "one NAME and one NUMBER at a time" });
  const number = numberOf(word);
  if (!number.ok) return misuse(line, ...number.problems);
  const target = targetOf(request, name, options.last("lxcpath"));
  if (!target.ok) return failed(line, target.problems);
  const { bringBack } = await import("../../runtime/rootfs-backup.ts");
  const brought = await bringBack(request, target.value, number.value === undefined ? {} : { number: number.value });
  return brought.ok ? done(0, { out: `${name} is as ${brought.value.path} has kept it\n`, err: say(voice, brought.warnings ?? []) }) : failed(line, brought.problems);
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, run);
