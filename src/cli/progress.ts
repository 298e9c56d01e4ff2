// Owns showing how far a long stage is, on stderr.
import { writeSync } from "node:fs";
import { progressLine, type Progress } from "../model/progress.ts";

/** Where stderr is a terminal, one line that is rewritten; elsewhere only how a stage began and ended. */
export function progressPrinter(isTerminal: boolean): (progress: Progress) => void {
  const WIDTH = 79;
  let [stage, last] = ["", ""];
  return (progress) => {
    const text = progressLine(progress, isTerminal ? WIDTH : Number.POSITIVE_INFINITY);
    const isFirst = stage !== progress.stage;
    stage = progress.stage;
    if (isTerminal) writeSync(2, `\r${text.padEnd(WIDTH)}${progress.isFinished === true ? "\n" : ""}`);
    else if (isFirst || (progress.isFinished === true && text !== last)) writeSync(2, `${text}\n`);
    last = isFirst || progress.isFinished === true ? text : last;
  };
}
