// Owns proc(5) status: ids, signal masks, capabilities and confinement of a process.

export interface ProcessStatus {
  /** Innermost last. */
  readonly nsPids: readonly number[];
  /** Real, effective, saved, file-system. */
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  readonly groups: readonly number[];
  readonly signalsBlocked: bigint;
  readonly signalsIgnored: bigint;
  readonly signalsCaught: bigint;
  readonly capEffective: bigint;
  readonly capBounding: bigint;
  readonly hasNoNewPrivs: boolean;
  /** 0 none, 1 strict, 2 filter. */
  readonly seccompMode: number;
}

export function parseStatus(text: string): ProcessStatus {
  const rows = new Map(text.split("\n").map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  }));
  const numbers = (key: string): readonly number[] => (rows.get(key) ?? "").split(/\s+/).filter((word) => word !== "").map(Number);
  const mask = (key: string): bigint => {
    const value = rows.get(key) ?? "";
    return /^[0-9a-f]+$/.test(value) ? BigInt(`0x${value}`) : 0n;
  };
  return {
    nsPids: numbers("NSpid"), uids: numbers("Uid"), gids: numbers("Gid"), groups: numbers("Groups"),
    signalsBlocked: mask("SigBlk"), signalsIgnored: mask("SigIgn"), signalsCaught: mask("SigCgt"),
    capEffective: mask("CapEff"), capBounding: mask("CapBnd"),
    hasNoNewPrivs: rows.get("NoNewPrivs") === "1", seccompMode: Number(rows.get("Seccomp") ?? "0"),
  };
}

/** Whether a signal is in a mask of status. */
export const hasSignal = (mask: bigint, signal: number): boolean => ((mask >> BigInt(signal - 1)) & 1n) === 1n;
