// Owns the records of what setup did, one per user: /var/lib/berth/setup/USER.json. Only root writes there.
import { mkdirSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import type { SetupRecord } from "../../model/setup.ts";
import { plainText, putFile } from "./system-file.ts";

const STATE = "/var/lib/berth";
const FOLDER = `${STATE}/setup`;
const SUFFIX = ".json";
export const recordFile = (user: string): string => `${FOLDER}/${encodeURIComponent(user)}${SUFFIX}`;

const isRecord = (value: unknown): value is SetupRecord => typeof value === "object" && value !== null && "version" in value && value.version === 1 && "changes" in value && Array.isArray(value.changes);

/** Undefined: none, or not one that this Berth wrote. */
export function readRecord(user: string): SetupRecord | undefined {
  const text = plainText(recordFile(user));
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A record of nothing is none; the folders go with the last one. */
export function writeRecord(record: SetupRecord): void {
  if (record.changes.length > 0) {
    mkdirSync(FOLDER, { recursive: true, mode: 0o755 });
    return putFile(recordFile(record.user), `${JSON.stringify(record, undefined, 1)}\n`, 0o644);
  }
  try {
    unlinkSync(recordFile(record.user));
    rmdirSync(FOLDER);
    rmdirSync(STATE);
  } catch { /* there was none, or others are left */ }
}

/** Somebody else who is set up. */
export function otherRecord(user: string): SetupRecord | undefined {
  try {
    const names = readdirSync(FOLDER).filter((name) => name.endsWith(SUFFIX)).map((name) => decodeURIComponent(name.slice(0, -SUFFIX.length)));
    return names.filter((name) => name !== user).map(readRecord).find((record) => record !== undefined);
  } catch {
    return undefined;
  }
}
