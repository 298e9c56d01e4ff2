// Owns what `berth setup` changes: a function of the facts, so that it can be shown before it is done. No facts are
// missing once all is as it should be: a second run has nothing to do.
import { userNetworkLines } from "../../model/nic.ts";
import type { Change, Need, SetupFacts, SetupPlan, SetupWish } from "../../model/setup.ts";
import { CGROUP_USERS, delegationChanges, DROP_IN, INIT_SCRIPT, LOCAL_SCRIPT, UNIT, UNIT_SCRIPT } from "./delegation.ts";
import { homeChanges } from "./home.ts";
import { idChanges, mapOf } from "./ids.ts";
import { usernetChanges, USERNET } from "./usernet.ts";
import { PROFILE, SYSCTL_FILE, usernsChanges } from "./userns.ts";

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));

/** What the facts must tell of: texts of these files, and which of these folders are there. */
export const SYSTEM_FILES: readonly string[] = [USERNET, CGROUP_USERS, DROP_IN, UNIT, UNIT_SCRIPT, INIT_SCRIPT, LOCAL_SCRIPT, PROFILE, SYSCTL_FILE];
export const SYSTEM_FOLDERS: readonly string[] = [...new Set(SYSTEM_FILES.map(folderOf))];

/** The user's own default.conf, if there is none: his id map, and the network that he can have, which he may change. */
function defaultConfig(facts: SetupFacts, { nics }: SetupWish, ids: readonly Change[]): readonly Change[] {
  const { account: { home, uid, gid }, files, folders } = facts;
  const path = `${home}/.config/lxc/default.conf`;
  const map = mapOf(facts, ids);
  if (files[path] !== undefined || map.length < 2 || !folders.includes(home)) return [];
  const owner = { uid, gid };
  const made = [folderOf(folderOf(path)), folderOf(path)].filter((folder) => !folders.includes(folder)).map((folder): Change => ({ kind: "directory", path: folder, mode: 0o755, owner, why: "for his default.conf" }));
  const text = `# What new containers begin with. Made by berth setup.\n${nics === undefined ? "lxc.net.0.type = empty\n" : userNetworkLines(nics.bridge)}${map.map(({ kind, start, count }) => `lxc.idmap = ${kind} 0 ${start} ${count}\n`).join("")}`;
  return [...made, { kind: "file", path, text, mode: 0o644, owner, why: "new containers of his get this id map, and the network that he can have" }];
}

/** Directories that files of ours lie in, and files that a line is put in. */
function roomFor(facts: SetupFacts, changes: readonly Change[]): readonly Change[] {
  const wanted = changes.flatMap((change) => (change.kind === "file" ? [folderOf(change.path)] : change.kind === "line" ? [folderOf(change.file)] : []));
  const missing = [...new Set(wanted)].filter((folder) => folder.startsWith("/etc/") && !facts.folders.includes(folder));
  const lists = changes.flatMap((change) => (change.kind === "line" && change.isSubId !== true && facts.files[change.file] === undefined ? [change.file] : []));
  return [
    ...missing.map((path): Change => ({ kind: "directory", path, mode: 0o755, isShared: true, why: "for what follows" })),
    ...lists.map((path): Change => ({ kind: "file", path, text: "", mode: 0o644, isShared: true, why: "for the line below" })),
  ];
}

export function planSetup(facts: SetupFacts, wish: SetupWish): SetupPlan {
  const [ids, userns, delegation] = [idChanges(facts), usernsChanges(facts), delegationChanges(facts)];
  const home = homeChanges(facts, wish, ids.changes);
  const changes = [...ids.changes, ...userns.changes, ...usernetChanges(facts, wish), ...delegation.changes, ...home.changes, ...defaultConfig(facts, wish, ids.changes)];
  const needs: readonly Need[] = [...ids.needs, ...userns.needs, ...delegation.needs, ...home.needs];
  return { changes: [...roomFor(facts, changes), ...changes], needs };
}
