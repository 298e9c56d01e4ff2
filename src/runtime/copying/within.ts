// Owns the question whether a place that need not be there yet lies below a directory, whatever links lead to it.
import { existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";

/** What is there of it. */
export const nearest = (path: string): string => (existsSync(path) || path === "/" ? path : nearest(dirname(path)));

export const isWithin = (path: string, directory: string): boolean => existsSync(directory) && `${realpathSync(nearest(path))}/`.startsWith(`${realpathSync(directory)}/`);
