// Owns what of an export a container's own root file system is: its members go on to a tar, all else is left out.
import type { Entry } from "../../linux/tar.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { invalid, Reading, type Sink } from "./in.ts";
import { isDevice, isMember, linkProblem, lossOf, NOTHING, sum, type LeftOut } from "./members.ts";
import { MANIFEST } from "./out.ts";
import type { Unpacking } from "./unpacking.ts";

const PREFIX = "rootfs";

class RootfsOnly implements Sink {
  readonly #unpacking: Unpacking;
  readonly #hasDevices: boolean;
  #isBegun = false;
  leftOut = NOTHING;

  constructor(unpacking: Unpacking, hasDevices: boolean) {
    this.#unpacking = unpacking;
    this.#hasDevices = hasDevices;
  }

  entry(entry: Entry): Promise<Result<"whole" | "pass" | "skip">> { return Promise.resolve(this.#judge(entry)); }

  #judge(entry: Entry): Result<"pass" | "skip"> {
    if (!this.#isBegun && entry.path !== MANIFEST) return fail(invalid(`'${entry.path}' is not what an export begins with`));
    this.#isBegun = true;
    if (!isMember(entry)) return fail(invalid(`'${entry.path}' is none of an export's members`));
    const path = entry.path.replace(/\/+$/, "");
    if (path !== PREFIX && !path.startsWith(`${PREFIX}/`)) return ok("skip");
    const outside = linkProblem(entry, PREFIX);
    if (outside !== undefined) return fail(outside);
    if (this.#hasDevices) return ok("pass");
    this.leftOut = sum(this.leftOut, lossOf(entry));
    return ok(isDevice(entry) ? "skip" : "pass");
  }

  whole(): Promise<Problem | undefined> { return Promise.resolve(undefined); }
  pass(bytes: Uint8Array): Promise<void> { return this.#unpacking.write(bytes); }
}

/** All of the archive is read, and adds up; what was left out. */
export async function feedRootfs(unpacking: Unpacking, read: AsyncIterable<Uint8Array>, { hasDevices, abort }: { readonly hasDevices: boolean; readonly abort: AbortSignal }): Promise<Result<LeftOut>> {
  const sink = new RootfsOnly(unpacking, hasDevices);
  const reading = new Reading(sink);
  for await (const chunk of read) {
    const problem = abort.aborted ? { code: "storage.copy" as const, text: "interrupted" } : await reading.push(chunk);
    if (problem !== undefined) return fail(problem);
    if (reading.isWhole) break;
  }
  const whole = reading.finish();
  return whole.ok ? ok(sink.leftOut) : whole;
}
