// Owns how a child gets its id maps: written by root, by newuidmap/newgidmap for users, or by the
// user himself when all he maps is his own id.
import type { Op, Slot, Text } from "../isa/op.ts";
import type { IdMapEntry, SubIdRange } from "../linux/idmap.ts";
import { mapText } from "../linux/idmap.ts";
import type { HostFacts } from "../model/facts.ts";
import type { Origin } from "../model/origin.ts";
import { byDefault } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import { grantRemedy, usualMap } from "../model/subids.ts";
import type { Scope } from "./scope.ts";
import { idmapOf, isRoot } from "./scope.ts";

type Kind = "u" | "g";
const KINDS: readonly Kind[] = ["u", "g"];
const FILES = { u: { map: "uid_map", subids: "/etc/subuid", helper: "newuidmap", word: "uid" }, g: { map: "gid_map", subids: "/etc/subgid", helper: "newgidmap", word: "gid" } } as const;

const ownId = (facts: HostFacts, kind: Kind): number => (kind === "u" ? facts.caller.euid : facts.caller.egid);
const ofKind = (map: readonly IdMapEntry[], kind: Kind): readonly IdMapEntry[] => map.filter((entry) => entry.kind === kind);

/** The kernel lets a user write this one himself: one id, his own. */
function isOwnIdOnly(facts: HostFacts, map: readonly IdMapEntry[], kind: Kind): boolean {
  const [only, ...more] = ofKind(map, kind);
  return only !== undefined && more.length === 0 && only.count === 1 && only.outside === ownId(facts, kind);
}

/** setgroups(2) is denied in the namespace: a user's own gid is mapped. */
export const hasSetgroupsDenied = (facts: HostFacts, map: readonly IdMapEntry[]): boolean =>
  !isRoot(facts) && ofKind(map, "g").some((entry) => entry.count === 1 && entry.outside === facts.caller.egid);

/** Is every id of the entry granted? Ranges may touch; the helper accepts only entries inside one of them. */
function isGranted(entry: IdMapEntry, ranges: readonly SubIdRange[], facts: HostFacts): boolean {
  if (entry.count === 1 && entry.outside === ownId(facts, entry.kind)) return true;
  const owners = [facts.caller.user, String(facts.caller.uid)];
  return ranges.some((range) => owners.includes(range.owner) && entry.outside >= range.start && entry.outside + entry.count <= range.start + range.count);
}

function rangeProblem(entry: IdMapEntry, from: Origin, facts: HostFacts): Problem {
  const { subids, word } = FILES[entry.kind];
  const user = facts.caller.user ?? String(facts.caller.uid);
  const granted = (entry.kind === "u" ? facts.subuid : facts.subgid).filter((range) => range.owner === user || range.owner === String(facts.caller.uid));
  const has = granted.length === 0 ? `${subids} grants ${user} nothing` : `${subids} grants ${user} ${granted.map((range) => `${range.start}:${range.count}`).join(", ")}`;
  return {
    code: "idmap.range", at: from, text: `${word}s ${entry.outside} to ${entry.outside + entry.count - 1} are not granted to ${user}`, cause: has,
    remedy: grantRemedy(facts, entry),
  };
}

/** A map of users without groups, or the other way round: no process can have such ids. */
export const halfMapProblems = (facts: HostFacts, map: readonly IdMapEntry[], at: Origin | undefined): readonly Problem[] => KINDS.filter((kind) => ofKind(map, kind).length === 0)
  .map((kind) => ({ code: "idmap.invalid", ...(at === undefined ? {} : { at }), text: `the id map has no ${FILES[kind].word}`, remedy: `add a line: ${usualMap(facts, kind)}` }));

/** What is wrong with the map before anything runs. */
export function checkIdmap(scope: Scope): readonly Problem[] {
  const { spec, facts } = scope;
  if (spec.idmap.length === 0) {
    if (isRoot(facts)) return [];
    return [{ code: "idmap.invalid", text: "an ordinary user's container needs lxc.idmap", cause: "without an id map only root can start a container", remedy: `add to its config: ${usualMap(facts, "u")} and ${usualMap(facts, "g")}` }];
  }
  const problems: Problem[] = [];
  if (!facts.userns.isAllowed) problems.push({ code: "host.feature", text: "user namespaces are not allowed here", ...(facts.userns.reason === undefined ? {} : { cause: facts.userns.reason }), ...(isRoot(facts) ? {} : { remedy: `as root: berth setup ${facts.caller.user ?? String(facts.caller.uid)}` }) });
  const map = idmapOf(spec);
  problems.push(...halfMapProblems(facts, map, spec.idmap[0]?.from));
  for (const kind of KINDS) {
    if (isRoot(facts)) continue;
    for (const { value, from } of spec.idmap) if (value.kind === kind && !isGranted(value, kind === "u" ? facts.subuid : facts.subgid, facts)) problems.push(rangeProblem(value, from, facts));
    const helper = kind === "u" ? facts.newuidmap : facts.newgidmap;
    if (helper === undefined && !isOwnIdOnly(facts, map, kind)) problems.push({ code: "idmap.helper", text: `${FILES[kind].helper} is missing or not setuid root`, cause: "an ordinary user cannot write id maps himself", remedy: `as root: apt install uidmap; where it is installed: berth setup ${facts.caller.user ?? String(facts.caller.uid)}` });
  }
  return problems;
}

/** Ops of the parent: the maps of the child whose pid is in the slot. */
export function writeIdmap(facts: HostFacts, map: readonly IdMapEntry[], pid: Slot, from: Origin = byDefault("lxc.idmap")): readonly Op[] {
  // gids first where setgroups has to be denied; the order does not matter otherwise
  return KINDS.flatMap((kind): readonly Op[] => {
    const path = (file: string): Text => ["/proc/", { slot: pid }, `/${file}`];
    const write: Op = { op: "writeFile", from, path: path(FILES[kind].map), data: mapText(map, kind) };
    if (isRoot(facts)) return [write];
    if (isOwnIdOnly(facts, map, kind)) return kind === "u" ? [write] : [{ op: "writeFile", from, path: path("setgroups"), data: "deny", note: "the kernel wants it before a user maps his own group" }, write];
    const helper = kind === "u" ? facts.newuidmap : facts.newgidmap;
    const words = ofKind(map, kind).flatMap((entry) => [String(entry.inside), String(entry.outside), String(entry.count)]);
    return [{ op: "spawn", from, argv: [helper ?? FILES[kind].helper, [{ slot: pid }], ...words], note: `maps ${FILES[kind].subids} ids` }];
  });
}
