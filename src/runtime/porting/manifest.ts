// Owns an export's manifest: whose it is, and where its parts have been.

export interface Manifest {
  readonly name: string;
  /** LXCPATH/NAME where it was made: configs name paths below it. */
  readonly directory: string;
  /** The same of each snapshot, by its name. */
  readonly snapshots: ReadonlyMap<string, string>;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;
const isPath = (value: unknown): value is string => typeof value === "string" && value.startsWith("/");

/** undefined: not one of this version. */
export function parseManifest(text: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || value["version"] !== 1 || typeof value["name"] !== "string" || !isPath(value["directory"]) || !Array.isArray(value["snapshots"])) return undefined;
    const snapshots = value["snapshots"].flatMap((one: unknown): [string, string][] => (isRecord(one) && typeof one["name"] === "string" && isPath(one["directory"]) ? [[one["name"], one["directory"]]] : []));
    return { name: value["name"], directory: value["directory"], snapshots: new Map(snapshots) };
  } catch {
    return undefined;
  }
}
