// Owns the short ways to a Sighting: a line, a setting, a sentence of the loader, a line as it should be.
import type { LineFix } from "../../model/finding.ts";
import type { Origin } from "../../model/origin.ts";
import type { Problem } from "../../model/problem.ts";
import type { Line } from "../syntax.ts";
import type { Sighting } from "./rule.ts";
import { originOf, placeOf, wholeFile, type View } from "./view.ts";

type Words = Omit<Sighting, "at" | "text">;

export const sighted = (line: Line, text: string, more: Words = {}): Sighting => ({ at: originOf(line), text, ...more });
export const sightedAt = (at: Origin, text: string, more: Words = {}): Sighting => ({ at, text, ...more });

/** The line becomes `text`; undefined: it goes. */
export const becomes = ({ file, line }: Line, text: string | undefined): readonly LineFix[] => [{ file, line, text }];

/** Another key, or another value, everything else of the line as it was. */
export const withKey = (line: Line, key: string): string => line.text.slice(0, line.column - 1) + key + line.text.slice(line.column - 1 + line.key.length);
export const withValue = (line: Line, value: string): string => line.text.slice(0, line.valueColumn - 1) + value + line.text.slice(line.valueColumn - 1 + line.value.length);

/** `line 12`, and of which file where it is another one. */
export const lineName = (origin: Pick<Origin, "file" | "line">, from: Pick<Origin, "file">): string => (origin.file === from.file ? `line ${origin.line ?? 0}` : `${origin.file ?? "config"}:${origin.line ?? 0}`);

/** What the loader says anyway. */
export function* fromLoader(view: View, isMine: (problem: Problem) => boolean): Generator<Sighting> {
  for (const problem of view.problems) {
    if (!isMine(problem)) continue;
    const { code, at, text, cause, remedy } = problem;
    yield { at: at?.file === undefined ? wholeFile(view, "config") : at, text, code, ...(cause === undefined ? {} : { cause }), ...(remedy === undefined ? {} : { remedy }) };
  }
}

/** The line behind an origin, where it is one of the config. */
export const lineAt = (view: View, at: Origin): Line | undefined => (at.kind === "config" ? view.byPlace.get(placeOf(at))?.line : undefined);

/** A sighting for each line that `find` has something to say of. */
export function* eachLine(view: View, find: (line: Line) => Sighting | undefined): Generator<Sighting> {
  for (const { line } of view.lines) {
    const found = find(line);
    if (found !== undefined) yield found;
  }
}
