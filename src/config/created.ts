// Owns the text of a new container's config.
import { fillTemplates } from "./edit.ts";

export interface CreatedConfigInput {
  /** Path of the template; undefined when there was none. */
  readonly template: string | undefined;
  readonly templateArgs: readonly string[];
  /** Text of the default config (lxc.default_config, or builtinDefault). */
  readonly defaultText: string;
  /** `dir:/var/lib/lxc/web/rootfs` or a bare path; undefined: no rootfs line. */
  readonly rootfsPath: string | undefined;
  /** lxc.uts.name; undefined: no such line. */
  readonly hostname?: string;
  /** Hex digits: hardware address templates of the default config are filled in with them. */
  readonly random?: string;
}

/** The first two lines are LXC's: programs look there for what made a container. */
const header = (template: string, args: readonly string[]): string => `# Template used to create this container: ${template}
# Parameters passed to the template:${args.map((argument) => ` ${argument}`).join("")}
# All keys are explained in lxc.container.conf(5)

# To run containers inside this container, take the # away from the next line.
# It loosens the wall between the container and the host a little.
#lxc.include = /usr/share/lxc/config/nesting.conf

`;

const ended = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

/** Header, default config, root file system, host name: what a template then adds to. */
export function createdConfig(input: CreatedConfigInput): string {
  // A newline in an argument would end the comment and could set keys.
  const args = input.templateArgs.map((argument) => argument.replaceAll("\n", "\\n"));
  const head = input.template === undefined ? "" : header(input.template.replaceAll("\n", "\\n"), args);
  const body = ended(input.random === undefined ? input.defaultText : fillTemplates(input.defaultText, input.random));
  const rootfs = input.rootfsPath === undefined ? "" : `lxc.rootfs.path = ${input.rootfsPath}\n`;
  return `${head}${body}${rootfs}${input.hostname === undefined ? "" : `lxc.uts.name = ${input.hostname}\n`}`;
}
