// Owns what is there of a path that need not be there yet.
import { existsSync } from "node:fs";
import { dirname } from "node:path";

/** Itself, or the lowest directory above it. */
export const nearest = (path: string): string => (existsSync(path) || path === "/" ? path : nearest(dirname(path)));
