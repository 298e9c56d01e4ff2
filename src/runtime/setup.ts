// Owns the verb `setup`: what a user lacks, making it, recording it, taking it back.
import { accountOf } from "../host/setup/account.ts";
import { makeChange, unmakeChange } from "../host/setup/make-change.ts";
import { otherRecord, readRecord, writeRecord } from "../host/setup/setup-record.ts";
import { probeSetup } from "../host/setup/setup-facts.ts";
import { readText } from "../host/read-text.ts";
import { enginePath } from "../host/probe/host-facts.ts";
import { byDefault, byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { Account, Change, SetupPlan } from "../model/setup.ts";
import { planSetup, SYSTEM_FILES, SYSTEM_FOLDERS } from "../plan/setup/setup.ts";
import type { SetupVerb, Unmade, UnsetupVerb } from "./verbs.ts";

/** The user who is meant: named, or who called sudo. */
export function setupUser(request: Request, named: string | undefined): Result<string> {
  if (named !== undefined) return ok(named);
  const { SUDO_USER: sudo, USER: user } = request.env;
  if (request.euid !== 0) {
    const own = accountOf(String(request.euid))?.name ?? user;
    if (own !== undefined) return ok(own);
  }
  if (sudo !== undefined && sudo !== "" && sudo !== "root") return ok(sudo);
  return fail({ code: "option.missing", at: byDefault("USER"), text: "which user?", remedy: "berth setup USER" });
}

/** The bridge that root's containers join. */
export const bridgeOfHost = (): string | undefined => /^\s*lxc\.net\.0\.link\s*=\s*(\S+)/m.exec(readText("/etc/lxc/default.conf") ?? "")?.[1];

function account(user: string): Result<Account> {
  const found = accountOf(user);
  if (found === undefined) return fail({ code: "option.value", at: byOption("USER"), text: `there is no user '${user}'`, remedy: "useradd -m NAME makes one" });
  return found.uid === 0 ? fail({ code: "option.value", at: byOption("USER"), text: `'${user}' is root, who needs no setup: root takes ids, cgroups and bridges without being granted any`, remedy: "name the ordinary user who is to have containers" }) : ok(found);
}

const notRoot = (words: string): Problem => ({ code: "privilege", at: byDefault("berth setup"), text: "only root may change this host", remedy: `as root: berth setup ${words}; what it would do is shown by --dry-run` });

async function makeAll(changes: readonly Change[], user: string, engine: string): Promise<readonly Problem[]> {
  const before = readRecord(user)?.changes ?? [];
  const write = (made: readonly Change[]): void => writeRecord({ version: 1, user, changes: [...before, ...made] });
  write(changes); // all of it first: what a kill leaves half done can be undone
  for (const [at, change] of changes.entries()) {
    const outcome = await makeChange(change, engine);
    if (outcome.kind === "done") continue;
    write(changes.slice(0, at));
    return [{ code: "host.feature", at: byDefault("berth setup"), text: `stopped at: ${change.why}`, cause: outcome.why, remedy: `mend that and run it again: it goes on from here; or take back what was done: berth setup --undo ${user}` }];
  }
  return [];
}

/** Reloads come last, each once. */
export function inOrder(changes: readonly Change[]): readonly Change[] {
  const reloads = changes.filter((change) => change.kind === "reload");
  const last = reloads.filter((change, at) => reloads.findIndex((one) => one.argv.join(" ") === change.argv.join(" ")) === at);
  // what is enabled, lingers or runs must find its unit
  return [...changes.filter(({ kind }) => kind !== "reload" && kind !== "command"), ...last, ...changes.filter(({ kind }) => kind === "command")];
}

/** What an ordinary user needs to have containers; `changes` says it before anything is done. For root. Problems: `privilege`, `option.value`. */
export const setup: SetupVerb = async (request, user, wish) => {
  const found = account(user);
  if (!found.ok) return found;
  const facts = probeSetup(found.value, { prefix: request.prefix, files: SYSTEM_FILES, folders: SYSTEM_FOLDERS });
  const { changes, needs } = planSetup(facts, wish);
  const plan: SetupPlan = { changes: inOrder(changes), needs };
  return ok({ user, ...plan, make: async () => {
    if (request.euid !== 0) return fail(notRoot(user));
    const problems = await makeAll(plan.changes, user, enginePath(request.prefix));
    return problems.length === 0 ? ok(undefined) : fail(...problems);
  } });
};

/** What others need stays, and is recorded with one of them, as made before his own. */
function handOver(user: string, changes: readonly Change[]): readonly Change[] {
  const other = otherRecord(user);
  if (other === undefined) return changes;
  writeRecord({ ...other, changes: [...changes.filter(({ isShared }) => isShared === true), ...other.changes] });
  return changes.filter(({ isShared }) => isShared !== true);
}

async function unmakeAll(user: string, changes: readonly Change[], engine: string): Promise<Result<Unmade>> {
  const kept: string[] = [];
  const isGone = accountOf(user) === undefined;
  const reloads = changes.filter(({ kind }) => kind === "reload");
  const left = changes.filter(({ kind }) => kind !== "reload");
  for (const [at, change] of [...left.entries()].toReversed()) {
    const outcome = await unmakeChange(change, engine);
    if (outcome.kind === "kept") kept.push(outcome.why);
    if (outcome.kind !== "failed" || isGone) continue;
    writeRecord({ version: 1, user, changes: [...left.slice(0, at + 1), ...reloads] });
    return fail({ code: "host.feature", at: byOption("--undo"), text: `stopped at: ${change.why}`, cause: outcome.why, remedy: `stop what ${user} runs (lxc-stop, lxc-ls --active), then again: berth setup --undo ${user}` });
  }
  writeRecord({ version: 1, user, changes: [] });
  for (const change of reloads) await unmakeChange(change, engine);
  return ok({ changes: changes.toReversed(), kept });
}

/** What `setup` has done for a user, taken back. For root. Problems: `privilege`, `option.value`. */
export const undoSetup: UnsetupVerb = async (request, user, { isDryRun }) => {
  const record = readRecord(user);
  if (record === undefined) return ok({ changes: [], kept: [] });
  if (isDryRun) return ok({ changes: record.changes.filter(({ isShared }) => isShared !== true || otherRecord(user) === undefined).toReversed(), kept: [] });
  if (request.euid !== 0) return fail(notRoot(`--undo ${user}`));
  return unmakeAll(user, handOver(user, record.changes), enginePath(request.prefix));
};
