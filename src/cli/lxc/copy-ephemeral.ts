// Owns `lxc-copy -e`: a copy that is started and, when it has stopped, gone.
import { absolute, done, failed, misuse, type CommandLine } from "../command-line.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import { targetOf } from "../../runtime/lxcpath.ts";
import type { EphemeralMount } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { progressPrinter } from "../progress.ts";
import { say } from "../say.ts";
import { bytesOf } from "../size.ts";
import { stream } from "../stream.ts";
import { optional } from "../values.ts";
import { keptLine, type Row } from "./copy.ts";

const IN_MEMORY = "Container is placed on tmpfs.\nRebooting will cause all changes made to it to be lost!\n";

/** `bind=/srv:/mnt:ro,overlay=/home`. */
function mountsOf({ options, request }: CommandLine<Row>): Result<readonly EphemeralMount[]> {
  const mounts: EphemeralMount[] = [];
  for (const text of options.all("mount").flatMap((list) => list.split(","))) {
    const [, kind, rest = ""] = /^(bind|overlay)=(.*)$/.exec(text) ?? [];
    const parts = rest.split(":");
    const mode = parts.at(-1);
    const [source = "", target = source, more] = mode === "ro" || mode === "rw" ? parts.slice(0, -1) : parts;
    if ((kind !== "bind" && kind !== "overlay") || source === "" || target === "" || more !== undefined) {
      return fail({ code: "option.value", at: byOption("--mount"), text: `--mount: '${text}' is not understood`, remedy: "write bind=SOURCE, bind=SOURCE:TARGET:ro or overlay=SOURCE:TARGET" });
    }
    mounts.push({ kind, source: absolute(request, source), target, isReadOnly: mode === "ro" });
  }
  return ok(mounts);
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
export const randomName = (name: string): string => `${name}_${[...crypto.getRandomValues(new Uint8Array(6))].map((byte) => DIGITS[byte % DIGITS.length]).join("")}`;

export async function runEphemeral(line: CommandLine<Row>): Promise<Answer> {
  const { options, request, target, voice, words } = line;
  const to = targetOf(request, options.last("newname") ?? randomName(target.name), options.last("newpath") ?? target.lxcpath);
  if (!to.ok) return failed(line, to.problems);
  const mounts = mountsOf(line);
  if (!mounts.ok) return misuse(line, ...mounts.problems);
  const isTmpfs = options.has("tmpfs");
  const size = options.last("fssize");
  const told: Promise<boolean>[] = [];
  const chosen: string[] = [];
  const { copyEphemeral } = await import("../../runtime/ephemeral.ts");
  const result = await copyEphemeral(request, target, {
    to: to.value, mounts: mounts.value, isTmpfs, keepsData: options.has("keepdata"), mayRun: options.has("allowrunning"), keepsName: options.has("keepname"), keepsAddresses: options.has("keepmac"),
    isForeground: options.lastOf("daemon", "foreground") === "foreground", command: words, ...optional("backend", options.last("backingstorage")), ...optional("size", size === undefined ? undefined : bytesOf(size)), ...(voice.isQuiet ? {} : { onProgress: progressPrinter(request.isTty[2]), onStorage: (backend: string, reason: string): void => { chosen.push(keptLine(to.value.name, backend, reason)); } }),
    onMade: () => { told.push(stream(`Created ${to.value.name} as clone of ${target.name}\n${isTmpfs ? IN_MEMORY : ""}`)); },
  });
  await Promise.all(told);
  return result.ok ? done(result.value.status, { err: chosen.join("") + say(voice, result.warnings ?? []) }) : failed(line, result.problems, { closing: ["Failed to clone"] });
}
