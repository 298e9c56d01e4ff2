// Owns `berth ensure`: one container as options say, for configuration tools; nothing is done where it is so.
import { byOption } from "../../model/origin.ts";
import type { Problem } from "../../model/problem.ts";
import type { WantedContainer } from "../../model/project.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { failed, withLine } from "../command-line.ts";
import { FORMAT, NAME } from "../options.ts";
import type { Tool } from "../options.ts";
import { applied } from "./apply.ts";

const rows = [
  NAME,
  { long: "image", argument: "required", metavar: "IMAGE", help: "what it is made of where it is not there: berth image list" },
  { long: "template", short: "t", argument: "required", metavar: "TEMPLATE", help: "the same: a template of lxc-create; words behind -- are for it" },
  { long: "config", short: "c", argument: "required", metavar: "KEY=VALUE", help: "a key of its config; may be repeated, a list gets each of them" },
  { long: "started", help: "it runs (default)" },
  { long: "stopped", help: "it does not run" },
  { long: "dry-run", help: "show the steps, and do none" },
  { long: "exit-code", help: "end with 2 where something was changed, or with --dry-run would be" },
  FORMAT,
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "berth ensure", synopsis: "NAME [--image IMAGE] [-c KEY=VALUE...] [--started|--stopped]", hasName: true, rows,
  about: "Make a container be as the options say: it is there, its config has these values, it runs or does not. The last line is 'changed' or 'unchanged'. A changed config restarts it. Keys that an earlier call has set and this one does not speak of go.",
  examples: [["berth ensure web --image debian/12 -c lxc.start.auto=1", "it is there and runs"], ["berth ensure web --stopped --dry-run", "would that change something?"], ["berth ensure web -t busybox --format json --exit-code", "for a configuration tool"]],
};

async function wishOf({ options, target: { name }, words }: CommandLine<Row>): Promise<WantedContainer | Problem> {
  const { plainWish } = await import("../../runtime/project-file.ts");
  const [image, template] = [options.last("image"), options.last("template")];
  if (image !== undefined && template !== undefined) return { code: "option.conflict", at: byOption("--template"), text: "either --image or --template", remedy: "leave one of them out" };
  const keys = new Map<string, string[]>();
  for (const text of options.all("config")) {
    const at = text.indexOf("=");
    if (at < 1) return { code: "option.value", at: byOption("--config"), text: `--config: '${text}' is not KEY=VALUE`, remedy: "for example: -c lxc.start.auto=1" };
    const key = text.slice(0, at).trim();
    keys.set(key, [...(keys.get(key) ?? []), text.slice(at + 1).trim()]);
  }
  const made: WantedContainer["made"] = image !== undefined ? { kind: "image", image } : template === undefined ? { kind: "none" } : { kind: "template", template, args: words };
  return { ...plainWish(name), made, keys: [...keys].map(([key, values]) => ({ key, values, from: byOption("--config") })), state: options.lastOf("started", "stopped") === "stopped" ? "stopped" : "started" };
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options } = line;
  const wish = await wishOf(line);
  if ("code" in wish) return failed(line, [wish]);
  const project = { name: wish.name, containers: [wish], networks: [], volumes: [] };
  return applied(line, project, { isDryRun: options.has("dry-run"), isJson: options.has("format"), hasExitCode: options.has("exit-code") });
});
