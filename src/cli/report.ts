// Owns the answer to a request of kind `report`. Not written yet.
import type { Answer } from "./answer.ts";
import type { Request } from "../model/request.ts";

export const main = (request: Request): Promise<Answer> =>
  Promise.resolve({ kind: "done", err: `${request.argv[0] ?? "berth"}: the plan failed\n`, status: 1 });
