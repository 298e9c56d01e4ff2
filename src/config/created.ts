// Owns the text of a new container's config.

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
}

export function createdConfig(input: CreatedConfigInput): string {
  const rootfs = input.rootfsPath === undefined ? "" : `lxc.rootfs.path = ${input.rootfsPath}\n`;
  return `# Template used to create this container: ${input.template ?? "none"}\n# Parameters passed to the template: ${input.templateArgs.join(" ")}\n${input.defaultText}${rootfs}`;
}
