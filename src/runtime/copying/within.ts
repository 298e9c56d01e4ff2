// Owns the question whether a place that need not be there yet lies below a directory, whatever links lead to it.
import { existsSync, realpathSync } from "node:fs";
import { nearest } from "../../host/probe/nearest.ts";

export const isWithin = (path: string, directory: string): boolean => existsSync(directory) && `${realpathSync(nearest(path))}/`.startsWith(`${realpathSync(directory)}/`);
