// Owns the config a container begins with: whose text, and which id map it asks for.
import { readFileSync } from "node:fs";
import { builtinDefault, fillTemplates, readConfig, resolve } from "../../config/index.ts";
import { readConfigFile } from "../../host/store/read-config.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byDefault, byOption, type Origin } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { firstGrantRemedy } from "../../model/subids.ts";
import { halfMapProblems } from "../../plan/idmap.ts";
import { callerRanges, mapProblems } from "../../plan/usernsexec.ts";
import { decodeConfig } from "../config-text.ts";
import { rootfsMountDefault } from "../container-config.ts";
import { absolutePath } from "../lxcpath.ts";
import { systemConfig } from "../system-config.ts";
import type { Target } from "../verbs.ts";

export interface Base { readonly text: string; readonly idmap: readonly IdMapEntry[] }

interface BaseText { readonly file: string; readonly text: string }

const builtin = (facts: HostFacts): string =>
  builtinDefault({ isRoot: facts.caller.euid === 0, subuid: callerRanges(facts, "u"), subgid: callerRanges(facts, "g") });

/** -f, else lxc.default_config, else what is built in. */
function baseText(request: Request, facts: HostFacts, given: string | undefined): Result<BaseText> {
  const path = given === undefined ? systemConfig(request, "lxc.default_config") : absolutePath(request, given);
  const answer = path === undefined ? undefined : readConfigFile(path);
  if (path === undefined || answer === undefined || (answer.kind === "missing" && given === undefined)) return ok({ file: "built-in default", text: builtin(facts) });
  const at = given === undefined ? byDefault("lxc.default_config") : byOption("--config");
  switch (answer.kind) {
    case "file": {
      // a file that is not UTF-8 goes into the new config as UTF-8, no letter of it is lost
      const text = answer.text.includes("\ufffd") ? decodeConfig(readFileSync(path)).text : answer.text;
      return ok({ file: path, text: text === "" || text.endsWith("\n") ? text : `${text}\n` });
    }
    case "missing": return fail({ code: "config.missing", at, text: `the config file '${path}' does not exist`, remedy: "check the path given with -f/--config" });
    case "directory": return fail({ code: "config.unreadable", at, text: `'${path}' is a directory` });
    case "error": return fail({ code: "config.unreadable", at, text: `cannot read '${path}': ${answer.text}`, remedy: `it must be readable, or another one given with -f/--config; HOME is ${request.env["HOME"] ?? "not set"}` });
  }
}

const noRange = (user: string, facts: HostFacts): Problem => ({
  code: "idmap.range", at: byDefault("lxc.idmap"), text: `'${user}' has no ids to give to a container`,
  cause: `${(["u", "g"] as const).filter((kind) => !callerRanges(facts, kind).some(({ count }) => count > 0)).map((kind) => `/etc/sub${kind}id`).join(" and ")} grants none to '${user}'`,
  remedy: firstGrantRemedy(facts),
});

/** An ordinary user cannot have a container without a map: the first ranges it owns are the map. */
function withMap(facts: HostFacts, text: string): Result<string> {
  const user = facts.caller.user ?? String(facts.caller.euid);
  const map = builtin(facts).split("\n").filter((line) => line.startsWith("lxc.idmap"));
  return map.length < 2 ? fail(noRange(user, facts)) : ok(`${text}${map.join("\n")}\n`);
}

function mapOf(request: Request, target: Target, facts: HostFacts, base: BaseText): Result<{ readonly idmap: readonly IdMapEntry[]; readonly from: Origin }> {
  const syntax = readConfig({ ...base, read: readConfigFile, cwd: request.cwd, share: facts.install.share });
  if (!syntax.ok) return syntax;
  const spec = resolve({
    syntax: syntax.value, overrides: [], ...target, random: "00", isRoot: request.euid === 0, rootfsMountDefault: rootfsMountDefault(request.prefix), cwd: request.cwd,
  });
  if (!spec.ok) return spec;
  return ok({ idmap: spec.value.idmap.map((entry) => entry.value), from: spec.value.idmap[0]?.from ?? byDefault("lxc.idmap") }, spec.warnings);
}

export interface BaseWish {
  /** -f. */
  readonly file: string | undefined;
  /** Something will be put in a root file system. A mere config can be made without ids; its start will say what is missing. */
  readonly hasRootfs: boolean;
}

export function readBase(request: Request, target: Target, facts: HostFacts, wish: BaseWish): Result<Base> {
  const first = baseText(request, facts, wish.file);
  if (!first.ok) return first;
  const asked = mapOf(request, target, facts, first.value);
  if (!asked.ok) return asked;
  const mustMap = facts.caller.euid !== 0 && asked.value.idmap.length === 0;
  const mapped = mustMap ? withMap(facts, first.value.text) : ok(first.value.text);
  if (!mapped.ok && wish.hasRootfs) return mapped;
  const text = mapped.ok ? mapped.value : first.value.text;
  const map = mustMap ? mapOf(request, target, facts, { file: first.value.file, text }) : asked;
  if (!map.ok) return map;
  const { idmap, from } = map.value;
  const problems = idmap.length === 0 ? [] : [...halfMapProblems(facts, idmap, from), ...mapProblems(facts, idmap, from)];
  if (problems.length > 0 && wish.hasRootfs) return fail(...problems);
  return ok({ text: fillTemplates(text, facts.random), idmap: problems.length > 0 ? [] : idmap }, asked.warnings);
}
