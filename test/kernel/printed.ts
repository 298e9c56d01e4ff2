// Owns holding what a command prints with --format json to its definition in share/berth/output.schema.json.
import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { validates } from "../house/json-schema.ts";

const SCHEMA: Record<string, unknown> = JSON.parse(readFileSync(join(import.meta.dir, "../../share/berth/output.schema.json"), "utf8"));
/** `command`: a name of $defs. */
export const fits = (command: string, value: unknown): boolean => validates(SCHEMA, { $ref: `#/$defs/${command}` }, value);
/** What was printed, read. */
export function printed<T = unknown>(command: string, text: string): T {
  const value: unknown = JSON.parse(text);
  expect([command, value, fits(command, value)]).toEqual([command, value, true]);
  return value as T;
}
