// Owns talking with the user while a template works: lines on stdout (on stderr where stdout is a command's), answers from stdin.
import { readSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import type { Request } from "../model/request.ts";
import type { CreateOptions } from "../runtime/verbs.ts";
import { terminalText } from "./terminal-text.ts";

function writeAll(fd: 1 | 2, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}

/** One byte after the other: what follows the line is for whoever reads next. */
function readLine(): string | undefined {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  try {
    while (readSync(0, one) === 1) {
      if (one[0] === 0x0a) return new TextDecoder().decode(new Uint8Array(bytes));
      bytes.push(one[0] ?? 0);
    }
  } catch {
    return undefined;
  }
  return bytes.length === 0 ? undefined : new TextDecoder().decode(new Uint8Array(bytes));
}

/** What an image server or an image has to say moves nobody's cursor. */
export const dialogueOf = (request: Request, fd: 1 | 2 = 1): NonNullable<CreateOptions["dialogue"]> => ({
  say: (text) => writeAll(fd, `${terminalText(request, text)}\n`),
  show: (text) => writeAll(fd, terminalText(request, text)),
  ask: (question) => {
    writeAll(fd, question);
    const answer = readLine();
    // a terminal shows the end of the line that was typed
    if (!isatty(0)) writeAll(fd, "\n");
    return answer;
  },
});
