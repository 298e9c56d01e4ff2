// Owns reading small files in the planner's doors, in the place of ../read-text.ts: by one call of the addon.
import { readText as readPieces } from "../read-text.ts";
import { calls, UNFIT } from "./calls.ts";

export { errorCode, isFull } from "../read-text.ts";

export function readText(path: string): string | undefined {
  const text = calls?.readText(path);
  if (typeof text === "string") return text;
  return text === undefined || text === UNFIT ? readPieces(path) : undefined;
}
