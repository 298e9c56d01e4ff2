// Owns loading a container's config: which file, what is laid over it, what it means.
import { existsSync, renameSync } from "node:fs";
import { readConfig, resolve } from "../config/index.ts";
import type { Syntax } from "../config/index.ts";
import { randomHex } from "../host/probe/kernel.ts";
import { exchangedConfig } from "../host/store/exchange.ts";
import { configFile, recordDir, renamedConfig } from "../host/store/layout.ts";
import { readConfigFile } from "../host/store/read-config.ts";
import type { FileAnswer } from "../host/store/read-config.ts";
import { placed } from "../model/origin.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { ContainerSpec } from "../model/spec.ts";
import { absolutePath } from "./lxcpath.ts";
import { withShippedHooks } from "./shipped-hooks.ts";
import type { ConfigOverrides, Target } from "./verbs.ts";

export interface LoadedConfig { readonly syntax: Syntax; readonly spec: ContainerSpec; readonly file?: string }

export interface LoadOptions extends Partial<ConfigOverrides> {
  /** No file is no error: an empty config (lxc-execute). */
  readonly mayBeMissing?: boolean;
  /** Reads lxc.mount.fstab too. */
  readonly forStart?: boolean;
  readonly read?: (path: string) => FileAnswer;
  /** The same digits fill in the same hardware addresses. */
  readonly random?: string;
}

const ROOTFS_MOUNTS = ["/usr/lib/x86_64-linux-gnu/lxc/rootfs", "/usr/lib/aarch64-linux-gnu/lxc/rootfs", "/usr/lib/lxc/rootfs"];

/** lxc.rootfs.mount when no config sets it. */
export const rootfsMountDefault = (prefix: string): string =>
  [`${prefix}/lib/lxc/rootfs`, ...ROOTFS_MOUNTS].find((path) => existsSync(path)) ?? `${prefix}/lib/lxc/rootfs`;

const missing = (target: Target, file: string, isRcfile: boolean): Problem => (isRcfile
  ? { code: "config.missing", text: `the config file "${file}" does not exist`, remedy: "check the path given with -f/--rcfile" }
  : { code: "container.missing", text: `container "${target.name}" is not defined`, cause: `there is no ${file}`, remedy: `create it with lxc-create, or name another lxcpath with -P (this one is ${target.lxcpath})` });

/** A renaming that was killed after the directory had its new name is finished here, and a restoring that was killed between
 * its files and its config; by whoever may. */
function ownConfig(target: Target): string {
  const exchanged = exchangedConfig(target);
  if (exchanged !== undefined) return exchanged;
  const [file, renamed] = [configFile(target), `${recordDir(target)}/${renamedConfig(target.name)}`];
  if (!existsSync(renamed)) return file;
  try {
    renameSync(renamed, file);
    return file;
  } catch {
    return renamed;
  }
}

function readMain(request: Request, target: Target, options: LoadOptions): Result<{ readonly file?: string; readonly text: string }> {
  const isRcfile = options.rcfile !== undefined;
  const file = options.rcfile === undefined ? ownConfig(target) : absolutePath(request, options.rcfile);
  const answer = readConfigFile(file);
  switch (answer.kind) {
    case "file": return ok({ file, text: answer.text });
    case "missing": return options.mayBeMissing === true && !isRcfile ? ok({ text: "" }) : fail(missing(target, file, isRcfile));
    case "directory": return fail({ code: "config.unreadable", text: `"${file}" is a directory` });
    case "error": return fail({ code: "config.unreadable", text: `cannot read "${file}": ${answer.text}`, remedy: request.euid === 0 ? "check the file" : "ask its owner, or run this as the user who created the container" });
  }
}

export function loadConfig(request: Request, target: Target, options: LoadOptions = {}): Result<LoadedConfig> {
  const main = readMain(request, target, options);
  return main.ok ? loadText(request, target, main.value, options) : main;
}

/** What a config with this text means; `file` is where it is, or will be. */
export function loadText(request: Request, target: Target, { file, text }: { readonly file?: string; readonly text: string }, options: LoadOptions = {}): Result<LoadedConfig> {
  const { read = readConfigFile } = options;
  const syntax = readConfig({ file: file ?? "config", text, read, cwd: request.cwd, share: `${request.prefix}/share` });
  if (!syntax.ok) return syntax;
  const spec = resolve({
    syntax: syntax.value, overrides: options.define ?? [], name: target.name, lxcpath: target.lxcpath, random: options.random ?? randomHex(), isRoot: request.euid === 0,
    rootfsMountDefault: rootfsMountDefault(request.prefix), cwd: request.cwd, ...(options.forStart === true ? { read } : {}),
  });
  if (!spec.ok) return spec;
  const hooks = withShippedHooks(spec.value.hooks, `${request.prefix}/share`);
  return ok({ syntax: syntax.value, spec: { ...spec.value, hooks }, ...(file === undefined ? {} : { file }) }, spec.warnings);
}

/** `config:14 lxc.idmap: text`, for doors and records. */
export const problemText = (problem: Problem): string => (problem.at === undefined ? problem.text : placed(problem.at, problem.text));
