// Owns LXCPATH/NAME/.berth/exchange: another root file system and its config are about to take the places of those there are.
// Two renamings cannot be one step: a kill between them is made good by whoever loads the config next.
import { existsSync, lstatSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { errorCode, readText } from "../read-text.ts";
import { treeMark } from "../probe/tree-mark.ts";
import { configFile, recordDir, type Place } from "./layout.ts";

/** The tree that is replaced, and how the one that replaces it is known. */
interface Exchange { readonly tree: string; readonly mark: string }

const recordFile = (place: Place): string => `${recordDir(place)}/exchange`;
/** The config that belongs to the new tree. */
export const preparedConfig = (place: Place): string => `${recordFile(place)}.config`;

/** It was done, or given up. */
export function dropExchange(place: Place): void {
  for (const file of [recordFile(place), `${recordFile(place)}.new`, preparedConfig(place)]) rmSync(file, { force: true });
}

/** As the config is, but not in its place yet. */
export const prepareConfig = (place: Place, config: Uint8Array): void => writeFileSync(preparedConfig(place), config, { mode: lstatSync(configFile(place)).mode & 0o777, flag: "wx" });

/** From here on the tree `then` at the place `now` says that the config has to follow. */
export function recordExchange(place: Place, { now, then, config }: { readonly now: string; readonly then: string; readonly config: Uint8Array }): void {
  dropExchange(place);
  const record: Exchange = { tree: now, mark: treeMark(then) ?? "" };
  prepareConfig(place, config);
  writeFileSync(`${recordFile(place)}.new`, `${JSON.stringify(record)}\n`, { mode: 0o640, flag: "wx" });
  renameSync(`${recordFile(place)}.new`, recordFile(place));
}

function parse(text: string): Exchange | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("tree" in value) || !("mark" in value)) return undefined;
    const { tree, mark } = value;
    return typeof tree === "string" && typeof mark === "string" && mark !== "" ? { tree, mark } : undefined;
  } catch {
    return undefined;
  }
}

/** The file that holds the config now, where an exchange was killed half way: put in its place if the caller may. undefined: none was. */
export function exchangedConfig(place: Place): string | undefined {
  const text = existsSync(recordFile(place)) ? readText(recordFile(place)) : undefined;
  const record = text === undefined ? undefined : parse(text);
  if (record === undefined || !existsSync(preparedConfig(place)) || treeMark(record.tree) !== record.mark) return undefined;
  try {
    renameSync(preparedConfig(place), configFile(place));
    dropExchange(place);
    return configFile(place);
  } catch (error) {
    return errorCode(error) === "ENOENT" ? undefined : preparedConfig(place); // somebody else was faster
  }
}
