// Owns `# berth: ignore RULE`: which findings a comment silences, and which comments silence nothing.
import type { Finding } from "../../model/finding.ts";
import type { Line } from "../syntax.ts";
import { placeOf, type Placed, type View } from "./view.ts";

interface Silencer { readonly line: Line; readonly rule: string; readonly target: string | undefined; isUsed: boolean }

const COMMENT = /^\s*#\s*berth:\s*ignore\s+(\S.*)$/;

function silencersOf(lines: readonly Placed[]): readonly Silencer[] {
  const found: Silencer[] = [];
  for (const [index, { line }] of lines.entries()) {
    const words = line.kind === "comment" ? COMMENT.exec(line.text)?.[1] : undefined;
    if (words === undefined) continue;
    // further comments may stand between; a blank line ends it
    const next = lines.slice(index + 1, index + 50).find((other) => other.line.file !== line.file || other.line.kind !== "comment")?.line;
    const target = next === undefined || next.kind === "blank" || next.file !== line.file ? undefined : placeOf(next);
    for (const rule of words.split(/[\s,]+/)) if (rule !== "") found.push({ line, rule, target, isUsed: false });
  }
  return found;
}

export interface Silence { readonly isSilent: (finding: Finding) => boolean; readonly unused: () => readonly { readonly line: Line; readonly rule: string }[] }

/** A comment holds for the next line and for what that line includes; what belongs to no line is silenced anywhere in the main file. */
export function silenceOf(view: View): Silence {
  const silencers = silencersOf(view.lines);
  const places = ({ at }: Finding): readonly string[] => {
    const placed = view.byPlace.get(placeOf(at));
    const chain = placed?.includes ?? [];
    const fstab = placed === undefined ? view.spec.fstab?.from : undefined;
    return [placeOf(at), ...chain.map((line) => placeOf(line)), ...(fstab?.file === undefined ? [] : [placeOf(fstab)])];
  };
  return {
    isSilent: (finding) => {
      const candidates = silencers.filter(({ rule }) => rule === finding.rule);
      if (candidates.length === 0) return false;
      const where = places(finding);
      const silencing = candidates.filter(({ line, target }) => (finding.at.line === undefined ? line.file === view.main : target !== undefined && where.includes(target)));
      for (const silencer of silencing) silencer.isUsed = true;
      return silencing.length > 0;
    },
    unused: () => silencers.filter(({ isUsed }) => !isUsed),
  };
}
