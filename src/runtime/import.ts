// Owns the verb `importContainer`: a container is made of an export as it comes; or nothing is left.
import { unlinkSync } from "node:fs";
import { probeHost } from "../host/probe/host-facts.ts";
import { errorCode } from "../host/read-text.ts";
import { containerDir } from "../host/store/layout.ts";
import { isNoSpace } from "../linux/no-space.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import { dropEmpty } from "./creating/reserve.ts";
import { onSignals } from "./interrupt.ts";
import { partialFile } from "./partial.ts";
import { Reading } from "./porting/in.ts";
import { Receiver } from "./porting/receiver.ts";
import { removeContainer } from "./removing/remove.ts";
import type { ImportOptions, ImportVerb } from "./verbs.ts";

async function receive(receiver: Receiver, read: ImportOptions["read"], abort: AbortSignal): Promise<Result<void>> {
  const reading = new Reading(receiver);
  for await (const chunk of read) {
    const problem = abort.aborted ? { code: "storage.copy" as const, text: "interrupted" } : await reading.push(chunk);
    if (problem !== undefined) return fail(problem);
    if (reading.isWhole) break;
  }
  const whole = reading.finish();
  return whole.ok ? receiver.finish() : whole;
}

const broken = (error: unknown): Problem => ({ code: isNoSpace(errorCode(error)) ? "storage.full" : "storage.copy", text: `cannot make the container: ${error instanceof Error ? error.message : errorCode(error)}` });

export const importContainer: ImportVerb = async (request, { lxcpath, name, read }) => {
  const facts = probeHost(request, { idmap: true });
  const abort = new AbortController();
  const off = onSignals(request, abort);
  const receiver = new Receiver({ request, facts, lxcpath, abort: abort.signal, ...(name === undefined ? {} : { name }) });
  try {
    const received = await receive(receiver, read, abort.signal).catch((error: unknown): Result<void> => fail(broken(error)));
    const { target, reserved } = receiver;
    if (target === undefined || reserved === undefined) return received.ok ? fail({ code: "image.invalid", text: "the archive is empty", remedy: "give it as standard input: berth import < FILE" }) : received;
    if (received.ok) {
      unlinkSync(partialFile(target));
      return ok(target, received.warnings);
    }
    await receiver.stop();
    const removed = await removeContainer(target, facts, { outside: [] });
    if (reserved.madeLxcpath !== undefined) dropEmpty(lxcpath, reserved.madeLxcpath);
    return removed.ok ? received : { ok: false, problems: [...received.problems, ...removed.problems.map((problem) => ({ ...problem, cause: `while '${containerDir(target)}' was removed again` }))] };
  } finally {
    await receiver.reserved?.holder.release();
    off();
  }
};
