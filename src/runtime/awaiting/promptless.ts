// Owns an init that starts no login prompt, by its /etc/inittab: it has booted when the programs that it waits for there are over.
import { readText } from "../../host/read-text.ts";
import { parseInittab } from "../../linux/inittab.ts";
import type { Request } from "../../model/request.ts";
import { pause } from "../pause.ts";
import type { Target } from "../verbs.ts";
import { hearInside } from "./hear-inside.ts";

/** One program is over before the next begins: none is seen in between. */
const BETWEEN_MS = 300;
const LONGEST = 65_536;
/** An inittab may be empty, and then nothing is started. */
const READ = "# read";
const CAT = `cat /etc/inittab && echo '${READ}'`;

const wordsOf = (pid: number): readonly string[] => (readText(`/proc/${pid}/cmdline`) ?? "").split("\0").filter((word) => word !== "");
/** A script that is called init is run by a shell, and reads no inittab. */
const isItself = (pid: number, name: string): boolean => (wordsOf(pid)[0] ?? "").split(" ", 1)[0]?.replace(/^.*\//, "") === name;

/** As the container sees it: its links lead nowhere else. */
async function readInside(request: Request, target: Target, end: AbortSignal): Promise<string | undefined> {
  const said = await hearInside(request, target, { command: ["sh", "-c", CAT], most: LONGEST, end });
  return said.ok && said.value.length < LONGEST && said.value.trimEnd().endsWith(READ) ? said.value : undefined;
}

export interface InitAt { readonly pid: number; readonly name: string; readonly children: () => readonly number[] }

/** Waits for the end of its boot. false at once: a prompt is to come, or nothing is known of it. */
export async function awaitPromptless(request: Request, target: Target, { pid, name, children }: InitAt, end: AbortSignal): Promise<boolean> {
  const text = isItself(pid, name) ? await readInside(request, target, end) : undefined;
  const inittab = text === undefined ? undefined : parseInittab(text);
  if (inittab === undefined || inittab.hasPrompt) return false;
  const isBooting = (): boolean => children().some((child) => wordsOf(child).some((word) => inittab.bootPrograms.includes(word.split(" ", 1)[0] ?? "")));
  // nobody is told of a process that ends
  for (let quiet = 0; quiet < 2; quiet = isBooting() ? 0 : quiet + 1) {
    if (end.aborted || !isItself(pid, name)) return false;
    await pause(BETWEEN_MS, end);
  }
  return true;
}
