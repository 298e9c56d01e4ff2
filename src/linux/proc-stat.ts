// Owns proc(5) stat: the few fields that identify a process. The name in parentheses may hold anything.

export interface ProcessStat { readonly parent: number; readonly state: string; /** tty_nr: 0 without a controlling terminal. */ readonly terminal: number; readonly startTime: number }

export function parseStat(text: string): ProcessStat | undefined {
  const close = text.lastIndexOf(")");
  if (close < 0) return undefined;
  const fields = text.slice(close + 2).split(" "); // field 3 (state) is the first
  const [state, parent, , , terminal] = fields;
  const startTime = fields[19];
  if (state === undefined || parent === undefined || startTime === undefined) return undefined;
  return { state, parent: Number(parent), terminal: Number(terminal), startTime: Number(startTime) };
}
