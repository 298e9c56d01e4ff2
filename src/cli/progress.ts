// Owns showing how far a long stage is, on stderr.
import { writeSync } from "node:fs";
import { progressLine, type Progress } from "../model/progress.ts";

/** Where stderr is a terminal, one line that is rewritten; elsewhere only how a stage began and ended. */
export function progressPrinter(isTerminal: boolean): (progress: Progress) => void {
  const WIDTH = 79;
  let stage: string | undefined;
  return (progress) => {
    const text = progressLine(progress, WIDTH);
    const isFirst = stage !== progress.stage;
    stage = progress.stage;
    if (isTerminal) writeSync(2, `\r${text.padEnd(WIDTH)}${progress.isFinished === true ? "\n" : ""}`);
    else if (isFirst || progress.isFinished === true) writeSync(2, `${text}\n`);
  };
}
