// Owns what is said of an image that another has mounted.
import { lockHolder } from "../../host/probe/lock-holder.ts";
import type { Problem } from "../../model/problem.ts";

export function imageBusy(path: string): Pick<Problem, "code" | "text" | "cause" | "remedy"> {
  const holder = lockHolder(path);
  return {
    code: "container.busy", text: `the image '${path}' is in use`,
    cause: `${holder === undefined ? "another container runs on it, or a command reads or writes its files" : `${holder} has it`}: a second mount of the same blocks would destroy it`,
    remedy: holder === undefined ? `wait for it to end; fuser -v ${path} shows who it is` : "wait for it to end, or end it",
  };
}
