// Owns the planner's entry: one request from the launcher in, one answer out. Starts in milliseconds
// because it loads nothing but the door that was asked for, and never touches process.stdout.
import type { Answer, Door } from "./cli/answer.ts";
import { openDoor } from "./cli/open-door.ts";
import { useOwnMethods } from "./host/array-methods.ts";
import { FRAME, PLANNER_FD, readFrame, writeExit, writeOut, writePlan } from "./host/frames.ts";
import { errorCode, isFull } from "./host/read-text.ts";
import { decodeRequest } from "./host/request.ts";
import type { Request } from "./model/request.ts";

/** As the launcher's own status for a planner that cannot be used. */
const STATUS_BUG = 125;

function doorOf(request: Request): Promise<Door> | undefined {
  if (request.kind === "report") return import("./cli/report.ts");
  if (request.kind === "reboot") return import("./cli/reboot.ts");
  return openDoor(request.argv[0] ?? "");
}

const bugOf = (request: Request, bug: unknown): Answer => {
  if (isFull(bug) && bug instanceof Error) return { kind: "done", err: `${request.argv[0] ?? "berth"}: ${bug.message.replace(/^[A-Z]+: /, "")}\n    remedy: free some space, then again\n`, status: 1 };
  const text = bug instanceof Error ? (bug.stack ?? bug.message) : String(bug);
  return { kind: "done", err: `${request.argv[0] ?? "berth"}: this is a bug of Berth: ${text}\n`, status: STATUS_BUG };
};

async function send(answer: Answer, door?: Door): Promise<void> {
  if (answer.err !== undefined) writeOut(PLANNER_FD, 2, answer.err);
  if (answer.kind === "done") {
    if (answer.out !== undefined) writeOut(PLANNER_FD, 1, answer.out);
    return writeExit(PLANNER_FD, answer.status);
  }
  const planBytes = door?.planBytes ?? (await import("./isa/plan-bytes.ts")).planBytes;
  writePlan(PLANNER_FD, await planBytes(answer.plan));
}

async function serve(request: Request): Promise<void> {
  const opening = doorOf(request);
  if (opening === undefined) return send({ kind: "done", err: `${request.argv[0] ?? ""}: no such command\n`, status: 127 });
  let door: Door;
  let answer: Answer;
  try {
    door = await opening;
    answer = await door.main(request);
  } catch (bug) {
    return send(bugOf(request, bug));
  }
  return send(answer, door);
}

/** A launcher that was killed meanwhile reads no answer, and nobody waits for a word about that. */
function hungUp(error: unknown): void {
  if (errorCode(error) !== "EPIPE") throw error;
}

/** The same program, started by a plan beneath a container's root to copy files. */
const isFilesHelper = process.argv[2] === "files";
useOwnMethods();
if (isFilesHelper) (await import("./host/files/inner-end.ts")).serveFiles();
const frame = isFilesHelper ? undefined : readFrame(PLANNER_FD);
if (frame !== undefined && frame.kind === FRAME.request) await serve(decodeRequest(frame.payload)).catch(hungUp);
// Not exit(): it would set the terminal back to what it was, while the launcher may have it raw already, and collect
// garbage for the last time, on processors that the launcher needs.
process.kill(process.pid, "SIGKILL");
