// Owns the words about hooks that were called: when, how long, how each ended, what it said.
import { originText } from "../model/origin.ts";
import type { HookRun } from "../runtime/hooks.ts";

const NAME_WIDTH = 10;
const TIME_WIDTH = 9;

/** `08:15:02.120  pre-start      12 ms  ok  config:14 lxc.hook.pre-start: COMMAND`, then what it said. */
export const hookLines = ({ hook, begunAt, milliseconds, status, from, command, output }: HookRun): readonly string[] => [
  `${begunAt.slice(11, 23)}  ${hook.padEnd(NAME_WIDTH)} ${`${milliseconds} ms`.padStart(TIME_WIDTH)}  ${status === 0 ? "ok" : `status ${status}`}  ${originText(from)}: ${command}`,
  ...output.map((text) => `  | ${text}`),
];
