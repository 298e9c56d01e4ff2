// Owns the config of a container with another id map.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { clearItem, setItem, unsetItem } from "../../config/index.ts";
import { configFile, recordDir } from "../../host/store/layout.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import type { Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { decodeConfig, encodeConfig } from "../config-text.ts";
import { loadConfig } from "../container-config.ts";
import { CONFIGS } from "../creating/config.ts";
import type { Target } from "../verbs.ts";

const USERNS = /^\s*lxc\.include\s*=\s*\S*userns\.conf\s*$/m;
const COMMON = /^\s*lxc\.include\s*=\s*\S*common\.conf\s*$/m;

/** What a system container with ids of its own needs beside common.conf, and one without has no use for. */
function withInclude(text: string, isMapped: boolean): string {
  if (!isMapped) return text.replaceAll(new RegExp(USERNS.source, "gm"), "").replaceAll(/\n{3,}/g, "\n\n");
  return COMMON.test(text) && !USERNS.test(text) ? text.replace(COMMON, (line) => `${line}\nlxc.include = ${CONFIGS}/userns.conf`) : text;
}

/** A map that an included file sets is cleared first. `rootfs`: another lxc.rootfs.path. */
export function shiftedConfig(request: Request, part: Target, wanted: readonly IdMapEntry[], rootfs?: string): Result<Uint8Array> {
  const { text, encoding } = decodeConfig(readFileSync(configFile(part)));
  const bare = unsetItem(withInclude(text, wanted.length > 0), "lxc.idmap");
  if (!bare.ok) return bare;
  const isInherited = hasMap(request, part, bare.value);
  const cleared = isInherited ? clearItem(bare.value, "lxc.idmap") : bare;
  const filled = wanted.reduce<Result<string>>((made, { kind, inside, outside, count }) => (made.ok ? setItem(made.value, "lxc.idmap", `${kind} ${inside} ${outside} ${count}`) : made), cleared);
  const placed = filled.ok && rootfs !== undefined ? setItem(filled.value, "lxc.rootfs.path", rootfs) : filled;
  return placed.ok ? encodeConfig(placed.value, encoding) : placed;
}

/** Does a file that it includes set one? */
function hasMap(request: Request, part: Target, text: string): boolean {
  const file = `${recordDir(part)}/bare-config`;
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: 0o640, flag: "wx" });
  const loaded = loadConfig(request, part, { rcfile: file });
  rmSync(file);
  return loaded.ok && loaded.value.spec.idmap.length > 0;
}
