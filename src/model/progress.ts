// Owns Progress: how far a long stage is, and its one line of text, with a bar or in words. The doors decide whether to print it.

export interface Progress {
  /** `unpacking rootfs.tar.xz`. */
  readonly stage: string;
  readonly done?: number;
  readonly total?: number;
  /** Bytes a second. */
  readonly speed?: number;
  /** What a stage without numbers last said. */
  readonly detail?: string;
  readonly isFinished?: boolean;
}

/** `12.3 MB`. */
export function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [value, unit] = [bytes, 0];
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ""}`;
}

const BAR = 24;
const rateText = (speed: number | undefined): string => (speed === undefined ? "" : ` ${sizeText(speed)}/s`);

/** One line, at most `width` columns: `unpacking x.tar [=====>   ] 41% 12.3 MB of 30.0 MB`. */
export function progressLine(progress: Progress, width: number): string {
  const { stage, done, total, detail, speed } = progress;
  if (done === undefined) return `${stage}${detail === undefined ? "" : `: ${detail}`}`.slice(0, width);
  if (total === undefined || total === 0) return `${stage} ${sizeText(done)}${rateText(speed)}`.slice(0, width);
  const share = Math.min(1, done / total);
  const filled = Math.round(share * BAR);
  const bar = `${"=".repeat(Math.max(0, filled - 1))}${filled === 0 ? "" : filled === BAR ? "=" : ">"}`.padEnd(BAR);
  const numbers = ` [${bar}] ${Math.floor(share * 100)}% ${sizeText(done)} of ${sizeText(total)}${rateText(speed)}`;
  // The numbers are what moves: a long name gives way.
  return `${stage.slice(0, Math.max(0, width - numbers.length))}${numbers}`.slice(0, width);
}

/** Without a bar, for a file or a program: `unpacking x.tar: 12.3 MB of 30.0 MB`. */
export function progressWords({ stage, done, total, detail }: Progress): string {
  if (done === undefined) return `${stage}${detail === undefined ? "" : `: ${detail}`}`;
  return `${stage}: ${sizeText(done)}${total === undefined || total === 0 ? "" : ` of ${sizeText(total)}`}`;
}
