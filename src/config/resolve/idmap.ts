// Owns the id map as a whole: ranges of one kind must not overlap, neither inside nor on the host.
import type { IdMapEntry } from "../../linux/idmap.ts";
import { originText } from "../../model/origin.ts";
import type { Problem } from "../../model/problem.ts";
import type { Sourced } from "../../model/spec.ts";
import { idMapText } from "../grammar/idmap.ts";
import { isolationKeys } from "../keys/isolation.ts";
import { many, type Settings } from "../settings.ts";

/** user_namespaces(7): the kernel takes at most 340 lines. */
const MAX_LINES = 340;

type Side = "inside" | "outside";
type Entry = Sourced<IdMapEntry>;

/** Neighbours in the order of their first id overlap, or nobody does. */
function overlap(entries: readonly Entry[], side: Side): Problem | undefined {
  const sorted = entries.toSorted((a, b) => a.value[side] - b.value[side]);
  for (const [index, entry] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before === undefined || before.value[side] + before.value.count <= entry.value[side]) continue;
    const isLater = (before.from.line ?? 0) > (entry.from.line ?? 0);
    const [first, second] = isLater ? [entry, before] : [before, entry];
    const where = side === "inside" ? "inside the container" : "on the host";
    return {
      code: "idmap.invalid", at: second.from,
      text: `'${idMapText(second.value)}' overlaps '${idMapText(first.value)}' ${where}`,
      cause: `the other range is at ${originText(first.from)}`,
      remedy: `move or shorten one of them: id ${entry.value[side]} ${where} is in both`,
    };
  }
  return undefined;
}

export function resolveIdMap(settings: Settings, problems: Problem[]): readonly Entry[] {
  const entries = many(settings, isolationKeys.idmap).map(({ value, from }) => ({ value, from }));
  for (const kind of ["u", "g"] as const) {
    const ofKind = entries.filter((entry) => entry.value.kind === kind);
    for (const problem of [overlap(ofKind, "inside"), overlap(ofKind, "outside")]) if (problem !== undefined) problems.push(problem);
    const [last] = ofKind.slice(MAX_LINES);
    if (last !== undefined) problems.push({ code: "idmap.invalid", at: last.from, text: `more than ${MAX_LINES} ranges of kind '${kind}'`, remedy: "join neighbouring ranges: the kernel takes no more" });
  }
  return entries;
}
