// Owns the config of a new container: what it begins with, what comes above and below what a template adds.
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync, chmodSync } from "node:fs";
import { createdConfig } from "../../config/index.ts";
import { configFile, containerDir } from "../../host/store/layout.ts";
import type { Customize } from "../../images/customize.ts";
import type { Metadata } from "../../images/metadata.ts";
import type { Source } from "../../images/source.ts";
import type { HostFacts } from "../../model/facts.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { decodeConfig, encodeConfig } from "../config-text.ts";
import { loadConfig } from "../container-config.ts";
import type { NewStorage } from "../../plan/storage/made.ts";
import type { CreateOptions, Target } from "../verbs.ts";
import type { Base } from "./base.ts";
import type { Shared } from "./place.ts";

/** One run of create. */
export interface Job {
  readonly request: Request;
  readonly target: Target;
  readonly options: CreateOptions;
  readonly facts: HostFacts;
  readonly source: Source;
  readonly base: Base;
  readonly warnings: readonly Problem[];
  readonly rootfs: string;
  /** What it is given of its own. */
  readonly custom: Customize;
  /** Made once the name is taken. */
  readonly storage?: NewStorage;
  /** Its image, unpacked in the cache. */
  readonly shared?: Shared;
}

const CONFIG_MODE = 0o640;
/** LXC's own places, which other LXCs know too; where they are missing, those of this installation are read. */
export const CONFIGS = "/usr/share/lxc/config";
export const HOOKS = "/usr/share/lxc/hooks";

/** Written whole or not at all; the creator stays its owner. The name may have been planted by a template: it is made anew. */
export function writeConfig(target: Target, text: string | Uint8Array): void {
  const file = configFile(target);
  rmSync(`${file}.new`, { force: true, recursive: true });
  writeFileSync(`${file}.new`, text, { mode: CONFIG_MODE, flag: "wx" });
  chmodSync(`${file}.new`, CONFIG_MODE);
  renameSync(`${file}.new`, file);
}

const hasKey = (text: string, key: string): boolean => text.split("\n").some((line) => line.split("=")[0]?.trim() === key);

/** An image has a config for its kind of system; a bare archive gets what every system container needs. It comes
 * first, so that the caller's own keys win. */
function systemConfig({ base, source }: Job, metadata: Metadata | undefined): string {
  if (metadata !== undefined) return `# Distribution configuration\n${metadata.config}\n# Container specific configuration\n`;
  if ((source.kind !== "archive" && source.kind !== "directory") || hasKey(base.text, "lxc.include")) return "";
  return `lxc.include = ${CONFIGS}/common.conf\n${base.idmap.length > 0 ? `lxc.include = ${CONFIGS}/userns.conf\n` : ""}\n`;
}

/** An image's config has its network last, as LXC's own template writes it. */
const linesOf = (text: string, isNetwork: boolean): string => text.split(/(?<=\n)/).filter((line) => /^\s*lxc\.net(work)?[.\s=]/.test(line) === isNetwork).join("");

/** What the template may add to. */
export function firstConfig(job: Job, metadata?: Metadata): string {
  const { base, rootfs, source, options, target } = job;
  const hasRootfs = source.kind !== "none" || options.dir !== undefined;
  const needsName = (source.kind !== "script" || job.custom.hostname !== undefined) && !hasKey(base.text, "lxc.uts.name");
  const own = [
    ...(hasRootfs ? [`lxc.rootfs.path = ${job.storage?.path ?? `dir:${rootfs}`}`] : []), ...(needsName ? [`lxc.uts.name = ${job.custom.hostname ?? target.name}`] : []),
    ...(source.kind === "archive" ? source.more ?? [] : []),
    ...(metadata?.fstab === undefined ? [] : [`lxc.mount.fstab = ${containerDir(target)}/fstab`]),
  ];
  const lines = own.map((line) => `${line}\n`).join("");
  if (metadata === undefined) return `${systemConfig(job, metadata)}${base.text}${lines}`;
  const [network, rest] = [linesOf(base.text, true), linesOf(base.text, false)];
  return `${systemConfig(job, metadata)}${rest}${lines}${network === "" ? "" : `\n# Network configuration\n${network}`}`;
}

const templateOf = (source: Exclude<Source, { readonly kind: "none" }>): string => {
  switch (source.kind) {
    case "archive": return source.template ?? source.path;
    case "layers": return source.template;
    default: return source.path;
  }
};

/** The config is for others to read. */
const withoutSecrets = (args: readonly string[]): readonly string[] => args.map((arg, i) => (args[i - 1] === "--password" ? "..." : arg.startsWith("--password=") ? "--password=..." : arg));

/** LXC puts its header above what the template made of the config. */
export function finishConfig(job: Job): Result<void> {
  const { request, target, source, options } = job;
  if (source.kind === "none") return ok(undefined, job.warnings);
  if (!lstatSync(configFile(target)).isFile()) return fail({ code: "template.failed", text: `the template left no plain file '${configFile(target)}'` });
  const header = createdConfig({ template: templateOf(source), templateArgs: withoutSecrets(options.templateArgs), defaultText: "", rootfsPath: undefined });
  const { text, encoding } = decodeConfig(readFileSync(configFile(target)));
  const bytes = encodeConfig(header + text, encoding);
  writeConfig(target, bytes.ok ? bytes.value : header + text);
  const loaded = loadConfig(request, target);
  return loaded.ok ? ok(undefined, loaded.warnings) : loaded;
}
