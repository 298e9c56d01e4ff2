// Owns where a wish comes from: a line of the user's config, an option, a default, the host.

/** What a value or a step comes from: a line of a file, an option, or a default. */
export interface Origin {
  readonly kind: "config" | "option" | "default" | "host";
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
  /** Config key, command-line option, or the name of the default. */
  readonly key: string;
}

export const byDefault = (key: string): Origin => ({ kind: "default", key });
export const byHost = (key: string): Origin => ({ kind: "host", key });
export const byOption = (key: string): Origin => ({ kind: "option", key });

/** `config:14 lxc.mount.entry`, `default lxc.autodev`. */
export function originText(from: Origin): string {
  if (from.kind !== "config") return `${from.kind} ${from.key}`;
  const base = from.file === undefined ? "config" : from.file;
  return from.line === undefined ? `${base} ${from.key}` : `${base}:${from.line} ${from.key}`;
}

/** `config:14 lxc.tty.max: 'x' is not a number`: the key once, also where the text names it itself; a text that begins with its place as it is. */
export function placed(from: Origin, text: string): string {
  if (from.file !== undefined && text.startsWith(`${from.file}:`)) return text;
  const place = originText(from);
  return from.kind === "config" && (text.startsWith(from.key) || text.startsWith(`'${from.key}'`)) ? `${place.slice(0, -from.key.length - 1)}: ${text}` : `${place}: ${text}`;
}
