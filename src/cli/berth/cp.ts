// Owns `berth cp`, `berth push` and `berth pull`: files and directories in and out of containers.
import { createReadStream } from "node:fs";
import { byOption } from "../../model/origin.ts";
import type { Problem, Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { CopyFilesOptions, CopySource, CopyTarget } from "../../runtime/copy-files.ts";
import { checkedName } from "../../runtime/lxcpath.ts";
import type { Target } from "../../runtime/verbs.ts";
import type { Answer, Door } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";
import { stream } from "../stream.ts";
import { optional } from "../values.ts";

const rows = [
  { long: "archive", short: "a", help: "keep owners (by their numbers), set-ID bits, ACLs, capabilities and other extended attributes, too" },
  { long: "parents", short: "p", help: "make missing directories on the way to the target" },
  { long: "recursive", short: "r", help: "nothing: directories are copied with all that is in them" },
  { long: "user", short: "u", argument: "required", metavar: "UID[:GID]", help: "ids inside to whom it shall belong (default: root's; what is replaced keeps its owner and mode)" },
] as const;
type Row = (typeof rows)[number];
export type FilesVerb = "cp" | "push" | "pull";

const SYNOPSIS: Readonly<Record<FilesVerb, string>> = { cp: "SOURCE... TARGET", push: "SOURCE... NAME:PATH", pull: "NAME:PATH... [TARGET]" };
const ABOUT: Readonly<Record<FilesVerb, string>> = { cp: "Copy files and directories in and out of containers, or from one to another: NAME:PATH is a path in a container.", push: "Copy files and directories of this host into a container.", pull: "Copy files and directories of a container to this host; without a TARGET to the current directory." };
const EXAMPLES: Readonly<Record<FilesVerb, Tool["examples"]>> = {
  cp: [["berth cp site web:/srv/", "the directory 'site' with all that is in it"], ["berth cp web:/etc/hosts .", "a file, to here"], ["berth cp web:/srv/. db:/srv", "what is in a directory, from one to another"], ["date | berth cp - web:/etc/built", "what comes on standard input"], ["berth cp web:/var/log/app.log - | tail", "to standard output"]],
  push: [["berth push nginx.conf web:/etc/nginx/", "a file"], ["berth push -p -u 1000:1000 notes web:/home/alice/", "with its owner there"]],
  pull: [["berth pull web:/var/log", "a directory, to here"], ["berth pull web:/etc/passwd -", "to standard output"]],
};
const NOTES = [
  "The container may be running or stopped; no program of it is needed. Links in PATH lead to where they lead inside, never out of the container; links below what is named are copied as they are.",
  "Modes, times and hard links are kept. With --archive an ordinary user's own copy on this host loses owners and capabilities, which only root can set: that is told. Devices, sockets and pipes are left out; berth export keeps them.",
  "What lies in an image, on a volume or in a dataset is mounted for as long as it takes, where nobody else sees it, by root alone.",
];
const toolOf = (verb: FilesVerb): Tool<Row> => ({ name: `berth ${verb}`, synopsis: SYNOPSIS[verb], about: ABOUT[verb], rows, hasName: false, examples: EXAMPLES[verb], notes: NOTES });

type Place = { readonly kind: "inside"; readonly container: Target; readonly path: string } | { readonly kind: "host"; readonly path: string } | { readonly kind: "stream" };

/** As docker cp: a colon behind a slash or a leading dot belongs to a file's name. */
function placeOf(lxcpath: string, word: string): Result<Place> {
  if (word === "-") return ok({ kind: "stream" });
  const found = /^([^/.:][^/:]*):(.*)$/s.exec(word);
  if (found === null) return ok({ kind: "host", path: word });
  const name = checkedName(found[1] ?? "");
  return name.ok ? ok({ kind: "inside", container: { name: name.value, lxcpath }, path: found[2] === "" ? "/" : found[2] ?? "/" }) : name;
}

function ownerOf(text: string | undefined): Result<CopyFilesOptions["owner"]> {
  if (text === undefined) return ok(undefined);
  const found = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text);
  const [uid, gid] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1])];
  if (found !== null && uid < 0xffffffff && gid < 0xffffffff) return ok({ uid, gid });
  return fail({ code: "option.value", at: byOption("--user"), text: `--user: '${text}' is not UID[:GID]`, remedy: "numbers, as in --user 1000:1000; berth exec NAME -- id USER tells them" });
}

async function* input(): AsyncIterable<Uint8Array> {
  for await (const chunk of createReadStream("", { fd: 0, autoClose: false, highWaterMark: 1 << 18 })) if (chunk instanceof Uint8Array) yield chunk;
}

const missing = (verb: FilesVerb): Problem => ({ code: "option.missing", text: verb === "pull" ? "a NAME:PATH is needed" : "a SOURCE and a TARGET are needed", remedy: `as in: ${EXAMPLES[verb][0]?.[0] ?? ""}` });
const wrongSide = (verb: FilesVerb): Problem => ({ code: "option.value", text: verb === "push" ? "berth push copies from this host to NAME:PATH" : verb === "pull" ? "berth pull copies from NAME:PATH to this host" : "neither side is in a container", remedy: `as in: ${EXAMPLES[verb][0]?.[0] ?? ""}` });

interface Sides { readonly from: CopySource; readonly to: CopyTarget; readonly container: Target }

function sourceOf(sources: readonly Place[]): CopySource | undefined {
  const [first] = sources;
  if (first?.kind === "stream") return sources.length === 1 ? { kind: "stream", input: input() } : undefined;
  const container = first?.kind === "inside" ? first.container : undefined;
  const paths = sources.flatMap((place) => ((place.kind === "inside" && place.container.name === container?.name) || (place.kind === "host" && container === undefined) ? [place.path] : []));
  return paths.length === sources.length ? { kind: "paths", paths, ...optional("container", container) } : undefined;
}

function sidesOf(verb: FilesVerb, lxcpath: string, words: readonly string[]): Result<Sides> {
  const all = verb === "pull" && words.length === 1 ? [...words, "."] : words;
  if (all.length < 2) return fail(missing(verb));
  const places: Place[] = [];
  for (const word of all) {
    const place = placeOf(lxcpath, word);
    if (!place.ok) return place;
    places.push(place.value);
  }
  const [target, sources] = [places.at(-1), places.slice(0, -1)];
  const from = sourceOf(sources);
  if (from === undefined || target === undefined) return fail({ code: "option.value", text: "the sources must be all on this host, or all in one container", remedy: "copy them one after the other; - stands alone" });
  const inside = from.kind === "paths" ? from.container : undefined;
  const to: CopyTarget = target.kind === "stream" ? { kind: "stream", write: stream } : { kind: "path", path: target.path, ...(target.kind === "inside" ? { container: target.container } : {}) };
  const outer = target.kind === "inside" ? target.container : undefined;
  const container = outer ?? inside;
  const isWrong = container === undefined || (verb === "push" && (inside !== undefined || outer === undefined)) || (verb === "pull" && (inside === undefined || outer !== undefined));
  if (isWrong) return fail(wrongSide(verb));
  if (to.kind === "stream" && sources.length > 1) return fail({ code: "option.value", text: "only one file goes to standard output", remedy: "name one" });
  return ok({ from, to, container });
}

async function run(verb: FilesVerb, line: CommandLine<Row>): Promise<Answer> {
  const { options, request, target: { lxcpath }, words, voice } = line;
  const [sides, owner] = [sidesOf(verb, lxcpath, words), ownerOf(options.last("user"))];
  if (!sides.ok) return misuse(line, ...sides.problems);
  if (!owner.ok) return failed(line, owner.problems);
  const { from, to, container } = sides.value;
  if (owner.value !== undefined && (to.kind === "stream" || to.container === undefined)) return failed(line, [{ code: "option.conflict", at: byOption("--user"), text: "--user is for what is written in a container", remedy: "leave it out: what is copied to this host is yours" }]);
  const { copyFiles } = await import("../../runtime/copy-files.ts");
  const result = await copyFiles(request, from, to, { keepsAll: options.has("archive"), makesParents: options.has("parents"), ...optional("owner", owner.value) });
  const named = { ...voice, name: container.name };
  return result.ok ? done(0, { err: say(named, result.warnings ?? []) }) : failed({ voice: named }, result.problems);
}

export const doorOf = (verb: FilesVerb): Door & { readonly tool: Tool } => {
  const tool = toolOf(verb);
  return { tool, main: (request: Request): Promise<Answer> => withLine(tool, request, (line) => run(verb, line)) };
};
