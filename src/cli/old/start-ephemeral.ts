// Owns lxc-start-ephemeral, of LXC 0.7 to 2.
import type { Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { targetOf } from "../../runtime/lxcpath.ts";
import type { Target } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { failed, misuse, withLine } from "../command-line.ts";
import type { CommandLine } from "../command-line.ts";
import { randomName } from "../lxc/copy-ephemeral.ts";
import type { Tool } from "../options.ts";
import { flag, given, passOn } from "./pass-on.ts";

const rows = [
  { long: "orig", short: "o", argument: "required", metavar: "NAME", help: "the container" },
  { long: "name", short: "n", argument: "required", metavar: "NEWNAME", help: "name of the copy (default: made up)" },
  { long: "bdir", short: "b", argument: "required", metavar: "DIRECTORY", help: "a directory of this host that the copy sees at the same path; may be repeated. With a user's name, as in LXC 0.8: his home directory" },
  { long: "user", short: "u", argument: "required", metavar: "USER", help: "run the command as this user of the copy" },
  { long: "key", short: "S", argument: "required", metavar: "FILE", help: "not needed: the command is run without ssh" },
  { long: "daemon", short: "d", help: "leave it in the background" },
  { long: "union-type", short: "U", argument: "required", metavar: "TYPE", help: "overlayfs; also for aufs, which no kernel has any more" },
  { long: "keep-data", short: "k", help: "keep it when it has stopped" },
  { long: "storage-type", short: "s", argument: "required", metavar: "tmpfs|dir", help: "where what it writes goes: to memory, or to its directory (default: memory, unless it is kept)" },
  { long: "lxcpath", short: "P", argument: "required", metavar: "PATH", help: "directory of the containers" },
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "lxc-start-ephemeral", synopsis: "-o NAME [OPTION...] [-- COMMAND...]", hasName: false, isOld: true, rows,
  about: "Start a copy of a container that is gone when it stops. Without a command its console is here. The command of LXC 2 and older; today it is lxc-copy -e.",
  examples: [["lxc-start-ephemeral -o web -d", "today: lxc-copy web -e -t"], ["lxc-start-ephemeral -o web -b /srv -- make test", "today: lxc-copy web -e -t -m bind=/srv -- make test"]],
};

async function bindsOf({ options }: CommandLine<Row>): Promise<Result<readonly string[]>> {
  const binds: string[] = [];
  for (const word of options.all("bdir")) {
    const home = word.startsWith("/") ? word : (await import("../../runtime/other-user.ts")).homeOf(word);
    if (home === undefined) return fail({ code: "option.value", text: `--bdir: '${word}' is neither an absolute path nor a user`, remedy: "name a directory, for example --bdir=/srv" });
    binds.push(`--mount=bind=${home}:${home}:rw`);
  }
  return ok(binds);
}

const commandOf = ({ options, words }: CommandLine<Row>): readonly string[] => {
  const user = options.last("user");
  return user === undefined || words.length === 0 ? words : ["su", user, "-c", 'exec "$0" "$@"', "--", ...words];
};

const PATIENCE_SECONDS = 10;
/** What was said of one in the background: how to get in, and its addresses once it has some. */
async function introduction(request: Request, target: Target): Promise<string> {
  const { list } = await import("../../runtime/list.ts");
  const found = async (): Promise<{ readonly links: readonly string[]; readonly ips: readonly string[] }> => {
    const listed = await list(request, target.lxcpath, { needs: ["state", "ips"] });
    const row = listed.ok ? listed.value.find(({ name }) => name === target.name) : undefined;
    return { links: row?.interfaces ?? [], ips: [...(row?.ipv4 ?? []), ...(row?.ipv6 ?? [])] };
  };
  if ((await found()).links.some((link) => link !== "lo")) await (await import("../../runtime/awaiting/milestone.ts")).arrive(request, target, { milestone: "network", seconds: PATIENCE_SECONDS });
  const { ips } = await found();
  const addresses = ips.length === 0 ? "" : `The following IP addresses have be found in the container:\n${ips.map((ip) => ` - ${ip}\n`).join("")}`;
  return `The ephemeral container is now started.\n\nYou can enter it from the command line with: lxc-console -n ${target.name}\n${addresses}`;
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options } = line;
  const orig = options.last("orig");
  if (orig === undefined) return misuse(line, { code: "option.missing", text: "no container is named", remedy: "lxc-start-ephemeral -o NAME" });
  const [storage, isKept, isDaemon] = [options.last("storage-type"), options.has("keep-data"), options.has("daemon")];
  if (storage !== undefined && storage !== "tmpfs" && storage !== "dir") return misuse(line, { code: "option.value", text: `--storage-type knows 'tmpfs' and 'dir', not '${storage}'` });
  const binds = await bindsOf(line);
  if (!binds.ok) return misuse(line, ...binds.problems);
  const to = targetOf(request, options.last("name") ?? randomName(orig), options.last("lxcpath"));
  if (!to.ok) return failed(line, to.problems);
  const command = commandOf(line);
  const answer = await passOn(request, "lxc-copy", [
    "--ephemeral", `--name=${orig}`, `--newname=${to.value.name}`, ...given("lxcpath", options.last("lxcpath")), ...binds.value, ...flag("keepdata", isKept),
    ...flag("tmpfs", storage === "tmpfs" || (storage === undefined && !isKept)), ...flag("foreground", !isDaemon && command.length === 0), "--", ...command,
  ]);
  if (answer.kind !== "done" || answer.status !== 0 || !isDaemon || command.length > 0) return answer;
  return { ...answer, out: `${answer.out ?? ""}${await introduction(request, to.value)}` };
});
