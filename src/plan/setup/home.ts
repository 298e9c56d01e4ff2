// Owns the way through a user's home for the root of his containers. Berth itself needs none: it opens roots, layers and
// mounts with the user's rights. Hooks that lie in the home and run inside, as the container's root, do.
import type { Change, SetupFacts, SetupPlan, SetupWish } from "../../model/setup.ts";
import { mapOf } from "./ids.ts";

const SEARCH_BY_ALL = 0o001;

export function homeChanges(facts: SetupFacts, wish: SetupWish, ids: readonly Change[]): SetupPlan {
  const { home, account } = facts;
  const root = mapOf(facts, ids).find(({ kind }) => kind === "u")?.start;
  if (wish.isHomePassable !== true || home === undefined || root === undefined || (home.mode & SEARCH_BY_ALL) !== 0 || home.searchableBy.includes(root)) return { changes: [], needs: [] };
  if (!home.hasTool) return { changes: [], needs: [{ text: "setfacl is not installed, which lets one id through a home, and nobody else", remedy: "apt-get install acl, then berth setup again" }] };
  return { changes: [{ kind: "command", argv: ["setfacl", "-m", `u:${root}:--x`, account.home], undo: ["setfacl", "-x", `u:${root}`, account.home], why: "the root of his containers may pass through his home, not read it" }], needs: [] };
}
