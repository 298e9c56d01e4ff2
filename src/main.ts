// Owns the planner's entry: one request from the launcher in, one answer out. Starts in milliseconds
// because it loads nothing but the door that was asked for, and never touches process.stdout.
import type { Answer, Door } from "./cli/answer.ts";
import { doors } from "./cli/doors.ts";
import { FRAME, PLANNER_FD, readFrame, writeExit, writeOut, writePlan } from "./host/frames.ts";
import { errorCode } from "./host/read-text.ts";
import { decodeRequest } from "./host/request.ts";
import type { Request } from "./model/request.ts";

/** As the launcher's own status for a planner that cannot be used. */
const STATUS_BUG = 125;

function doorOf(request: Request): (() => Promise<Door>) | undefined {
  if (request.kind === "report") return () => import("./cli/report.ts");
  if (request.kind === "reboot") return () => import("./cli/reboot.ts");
  const name = request.argv[0] ?? "";
  return Object.hasOwn(doors, name) ? doors[name] : undefined;
}

async function answerTo(request: Request): Promise<Answer> {
  const door = doorOf(request);
  if (door === undefined) return { kind: "done", err: `${request.argv[0] ?? ""}: no such command\n`, status: 127 };
  try {
    return await (await door()).main(request);
  } catch (bug) {
    const text = bug instanceof Error ? (bug.stack ?? bug.message) : String(bug);
    return { kind: "done", err: `${request.argv[0] ?? "berth"}: this is a bug of Berth: ${text}\n`, status: STATUS_BUG };
  }
}

async function send(answer: Answer): Promise<void> {
  if (answer.err !== undefined) writeOut(PLANNER_FD, 2, answer.err);
  if (answer.kind === "done") {
    if (answer.out !== undefined) writeOut(PLANNER_FD, 1, answer.out);
    return writeExit(PLANNER_FD, answer.status);
  }
  const [{ encode }, { planToJson }] = await Promise.all([import("./isa/encode.ts"), import("./isa/plan-json.ts")]);
  writePlan(PLANNER_FD, encode(answer.plan, planToJson(answer.plan)));
}

/** A launcher that was killed meanwhile reads no answer, and nobody waits for a word about that. */
function hungUp(error: unknown): void {
  if (errorCode(error) !== "EPIPE") throw error;
}

const frame = readFrame(PLANNER_FD);
if (frame !== undefined && frame.kind === FRAME.request) await send(await answerTo(decodeRequest(frame.payload))).catch(hungUp);
// without the last garbage collection, which the launcher would have to share its processors with
process.exit(0);
