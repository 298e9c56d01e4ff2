// Owns the environment of an attached command.

export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface EnvironmentWishes {
  readonly isClearEnv: boolean;
  readonly keepVar: readonly string[];
  readonly setVar: readonly string[];
  /** lxc.environment and lxc.environment.runtime; a bare `K` takes the caller's value. */
  readonly configured: readonly string[];
  readonly caller: Readonly<Record<string, string>>;
}

const valueOf = (entry: string, caller: Readonly<Record<string, string>>): readonly string[] => {
  if (entry.includes("=")) return [entry];
  const value = caller[entry];
  return value === undefined ? [] : [`${entry}=${value}`];
};

/** The last entry of a name wins, as with setenv(3). */
function lastOfEach(entries: readonly string[]): readonly string[] {
  const byName = new Map(entries.map((entry) => [entry.slice(0, entry.indexOf("=")), entry] as const));
  return [...byName.values()];
}

/** Entries to lay over the caller's environment, or the whole of it with --clear-env. */
export function attachedEnvironment(wishes: EnvironmentWishes): readonly string[] {
  const { isClearEnv, keepVar, setVar, configured, caller } = wishes;
  const kept = isClearEnv ? keepVar.flatMap((name) => (name.includes("=") ? [] : valueOf(name, caller))) : [];
  const hasPath = isClearEnv ? kept.some((entry) => entry.startsWith("PATH=")) : caller["PATH"] !== undefined;
  return lastOfEach([...kept, ...(hasPath ? [] : [`PATH=${DEFAULT_PATH}`]), "container=lxc", ...configured.flatMap((entry) => valueOf(entry, caller)), ...setVar]);
}
