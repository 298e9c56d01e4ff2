// Owns a kernel's .config: which options are set, and which version it is of.

export interface KernelConfig {
  /** `y`, `m`, a number or a text; absent: not set. */
  readonly options: ReadonlyMap<string, string>;
  /** major, minor, patch; absent: the file does not say. */
  readonly version?: readonly [number, number, number];
}

export function parseKernelConfig(text: string): KernelConfig {
  const options = new Map<string, string>();
  for (const [, name, value] of text.matchAll(/^CONFIG_(\w+)=(.*)$/gm)) if (name !== undefined && value !== undefined) options.set(name, value);
  const [, major, minor, patch] = /^# .*?(\d+)\.(\d+)(?:\.(\d+))?\S* Kernel Configuration/m.exec(text) ?? /^# Linux kernel version: (\d+)\.(\d+)(?:\.(\d+))?/m.exec(text) ?? [];
  return major === undefined || minor === undefined ? { options } : { options, version: [Number(major), Number(minor), Number(patch ?? 0)] };
}

/** A kernel that does not tell its version is taken for a new one. */
export function isAtLeast({ version }: KernelConfig, ...wanted: readonly [number, number, number?]): boolean {
  if (version === undefined) return true;
  for (const [i, part] of wanted.entries()) {
    const own = version[i] ?? 0;
    if (own !== (part ?? 0)) return own > (part ?? 0);
  }
  return true;
}

/** `y` or `m`. */
export const isSet = ({ options }: KernelConfig, name: string): boolean => ["y", "m"].includes(options.get(name) ?? "");
