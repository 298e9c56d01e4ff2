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

/** The name in the first line may hold anything but a newline, so that a key is looked for at the start of a line only. */
function valueOf(text: string, key: string): string {
  const at = text.indexOf(`\n${key}:\t`);
  return at < 0 ? "" : text.slice(at + key.length + 3, text.indexOf("\n", at + 1)).trim();
}
const numbersOf = (text: string, key: string): readonly number[] => valueOf(text, key).split(/\s+/).filter((word) => word !== "").map(Number);

function maskOf(text: string, key: string): bigint {
  const value = valueOf(text, key);
  return /^[0-9a-f]+$/.test(value) ? BigInt(`0x${value}`) : 0n;
}

export const parseStatus = (text: string): ProcessStatus => ({
  nsPids: numbersOf(text, "NSpid"), uids: numbersOf(text, "Uid"), gids: numbersOf(text, "Gid"), groups: numbersOf(text, "Groups"),
  signalsBlocked: maskOf(text, "SigBlk"), signalsIgnored: maskOf(text, "SigIgn"), signalsCaught: maskOf(text, "SigCgt"),
  capEffective: maskOf(text, "CapEff"), capBounding: maskOf(text, "CapBnd"),
  hasNoNewPrivs: valueOf(text, "NoNewPrivs") === "1", seccompMode: Number(valueOf(text, "Seccomp") || "0"),
});

/** Whether a signal is in a mask of status. */
export const hasSignal = (mask: bigint, signal: number): boolean => ((mask >> BigInt(signal - 1)) & 1n) === 1n;
