// Owns lxc-checkconfig(1): the kernel's configuration in the lines and colours of LXC's script.
import type { Request } from "../../model/request.ts";
import type { CheckedConfig, ConfigLine } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { done, withLine } from "../command-line.ts";
import { say } from "../say.ts";
import type { Tool } from "../options.ts";
import { terminalText } from "../terminal-text.ts";
import { LXC_LEVEL } from "../version.ts";

export const tool: Tool = {
  name: "lxc-checkconfig", synopsis: "", hasName: false, rows: [],
  about: "Tell which features that containers use are in the kernel's configuration. Another kernel's can be named by the variable CONFIG.",
  examples: [["lxc-checkconfig", "of the running kernel"], ["CONFIG=/boot/config-6.1.0-50-amd64 lxc-checkconfig", "of one that is to be booted"]],
  notes: ["It reads only. berth doctor tries the features, as this user and in this session."],
};

const COLOURS = { enabled: "\u001b[1;32m", missing: "\u001b[1;33m", required: "\u001b[1;31m" } as const;
const PLAIN = "\u001b[0;39m";

/** Colours only on a terminal. */
function lineText(line: ConfigLine, isTerminal: boolean): string {
  if ("note" in line) return `${line.note}\n`;
  if ("places" in line) return `${line.label}: \n${line.places.map((place) => ` - ${place}\n`).join("")}`;
  const { label, value, more } = line;
  return `${label}: ${isTerminal ? `${COLOURS[value]}${value}${PLAIN}` : value}${more === undefined ? "" : `, ${more}`}\n`;
}

const searching = (missing: string): string => `Kernel configuration not found at ${missing}; searching...\n`;

function text(request: Request, { path, missing, hasVersion, sections }: CheckedConfig): string {
  const head = terminalText(request, `LXC version ${LXC_LEVEL}\n${missing === undefined ? "" : `${searching(missing)}Kernel configuration found at ${path}\n`}${hasVersion ? "" : "WARNING: Unable to detect version from configuration, assuming latest\n\n"}`);
  const body = sections.map(({ title, lines }) => `\n--- ${title} ---\n${lines.map((line) => lineText(line, request.isTty[1])).join("")}`).join("");
  return `${head}${body}\nNote : Before booting a new kernel, you can check its configuration\nusage : CONFIG=/path/to/config ${request.prefix}/bin/lxc-checkconfig\n\n`;
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { checkConfig } = await import("../../runtime/check-config.ts");
  const result = await checkConfig(request);
  if (result.ok) return done(0, { out: text(request, result.value) });
  const first = request.env["CONFIG"] ?? "";
  return done(1, { out: terminalText(request, `LXC version ${LXC_LEVEL}\n${searching(first === "" ? "/proc/config.gz" : first)}`), err: say(line.voice, result.problems) });
});
