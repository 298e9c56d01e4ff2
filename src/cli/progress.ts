// Owns showing how far a long stage is, on stderr.
import { writeSync } from "node:fs";
import { WriteStream } from "node:tty";
import { progressLine, progressWords, type Progress } from "../model/progress.ts";

/** What a program says of itself is part of some stages: it may not move the cursor. */
// oxlint-disable-next-line no-control-regex
const plain = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "");

/** The last column stays free, as some terminals begin a new line there. */
const terminalWidth = (): number => Math.max(20, (new WriteStream(2).columns || 80) - 1);

/** Where stderr is a terminal, one line with a bar that is rewritten; elsewhere, in words, how a stage began and ended. */
export function progressPrinter(isTerminal: boolean): (progress: Progress) => void {
  let stage: string | undefined;
  let last = "";
  let width: number | undefined;
  return (progress) => {
    const isFirst = stage !== progress.stage;
    stage = progress.stage;
    if (isTerminal) {
      width ??= terminalWidth();
      return void writeSync(2, `\r${plain(progressLine(progress, width)).padEnd(width)}${progress.isFinished === true ? "\n" : ""}`);
    }
    const words = plain(progressWords(progress));
    if (!isFirst && (progress.isFinished !== true || words === last)) return;
    last = words;
    writeSync(2, `${words}\n`);
  };
}

const TICK_MS = 100;
export interface ByteProgress { readonly add: (bytes: number) => void; readonly end: () => void }

/** How much has gone through, for a person at a terminal. */
export function byteProgress(stage: string, { isTerminal, total }: { readonly isTerminal: boolean; readonly total?: number }): ByteProgress {
  if (!isTerminal) return { add: () => undefined, end: () => undefined };
  const print = progressPrinter(true);
  const began = performance.now();
  let [done, said] = [0, began];
  const size = total === undefined ? {} : { total };
  return {
    add: (bytes) => {
      done += bytes;
      const now = performance.now();
      if (now - said < TICK_MS) return;
      said = now;
      print({ stage, done, speed: Math.round((done * 1000) / (now - began)), ...size });
    },
    end: () => { if (done > 0) print({ stage, done, ...size, isFinished: true }); },
  };
}
