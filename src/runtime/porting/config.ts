// Owns the config of an imported container: its paths here, and ids that who imports it may use.
import { builtinDefault, clearItem, clonedConfig } from "../../config/index.ts";
import { containerDir } from "../../host/store/layout.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byDefault } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { firstGrantRemedy } from "../../model/subids.ts";
import { callerRanges, mapProblems } from "../../plan/usernsexec.ts";
import { decodeConfig, encodeConfig } from "../config-text.ts";
import { loadConfig } from "../container-config.ts";
import { writeConfig } from "../creating/config.ts";
import type { Target } from "../verbs.ts";

export interface ImportedConfig {
  readonly request: Request;
  readonly facts: HostFacts;
  readonly place: Target;
  /** LXCPATH/NAME where it was exported. */
  readonly from: string;
  readonly content: Uint8Array;
  readonly hostname?: string;
}

const ROOTFS = /^\s*lxc\.rootfs(\.path)?\s*=/m;

function mapOf(request: Request, place: Target): Result<readonly IdMapEntry[]> {
  const loaded = loadConfig(request, place);
  return loaded.ok ? ok(loaded.value.spec.idmap.map(({ value }) => value)) : loaded;
}

/** An ordinary user's container gets ids of that user; root's keeps those it had. */
function withOwnMap(facts: HostFacts, text: string): Result<string> {
  const map = builtinDefault({ isRoot: false, subuid: callerRanges(facts, "u"), subgid: callerRanges(facts, "g") }).split("\n").filter((line) => line.startsWith("lxc.idmap"));
  if (map.length < 2) return fail({ code: "idmap.range", at: byDefault("lxc.idmap"), text: `'${facts.caller.user ?? String(facts.caller.euid)}' has no ids to give to a container`, remedy: firstGrantRemedy(facts) });
  const cleared = clearItem(text, "lxc.idmap");
  return cleared.ok ? ok(`${cleared.value === "" || cleared.value.endsWith("\n") ? cleared.value : `${cleared.value}\n`}${map.join("\n")}\n`) : cleared;
}

/** Writes it; the map its root file system will have. */
export function importedConfig({ request, facts, place, from, content, hostname }: ImportedConfig): Result<readonly IdMapEntry[]> {
  const { text, encoding } = decodeConfig(content);
  const to = containerDir(place);
  const cloned = clonedConfig(text, { from, to, ...(ROOTFS.test(text) ? { rootfs: `dir:${to}/rootfs` } : {}), ...(hostname === undefined ? {} : { hostname }) });
  if (!cloned.ok) return cloned;
  const write = (changed: string): Result<void> => {
    const bytes = encodeConfig(changed, encoding);
    if (!bytes.ok) return bytes;
    writeConfig(place, bytes.value);
    return ok(undefined);
  };
  const written = write(cloned.value.text);
  if (!written.ok) return written;
  const map = mapOf(request, place);
  if (!map.ok || facts.caller.euid === 0 || (map.value.length > 0 && mapProblems(facts, map.value, byDefault("lxc.idmap")).length === 0)) return map;
  const own = withOwnMap(facts, cloned.value.text);
  if (!own.ok) return own;
  const again = write(own.value);
  return again.ok ? mapOf(request, place) : again;
}
