// Owns `berth image`: what images there are, here and on servers, and what becomes of them.
import { sizeText } from "../../model/progress.ts";
import type { Request } from "../../model/request.ts";
import type { ImageInfo, LocalImage, Pulled } from "../../runtime/images.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { absolute, done, failed, misuse, withLine } from "../command-line.ts";
import { IMAGE_ROWS, imageOptions } from "../image-options.ts";
import { asJson } from "../json.ts";
import type { Tool } from "../options.ts";
import { progressPrinter } from "../progress.ts";
import { say } from "../say.ts";
import { stream } from "../stream.ts";
import { terminalText } from "../terminal-text.ts";
import { JSON_ROW } from "./config-output.ts";

const rows = [
  { long: "remote", help: "list: what the image server has" },
  { long: "all", help: "prune: those that are still good, too" },
  { long: "dry-run", help: "prune: say it, and do nothing" },
  ...IMAGE_ROWS, JSON_ROW,
] as const;
type Line = CommandLine<(typeof rows)[number]>;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth image", synopsis: "list|pull|info|export|import|prune|lock [IMAGE...]", hasName: false, rows,
  about: "Images that containers are made of, kept in a cache that all containers share; unpacked there once for each range of ids. IMAGE is debian/bookworm (an image server's, or made from Debian's packages), oci:registry/name:tag, file:ARCHIVE, or the name of an imported one.",
  examples: [
    ["berth image list", "those of this machine"], ["berth image list --remote", "those of the image server"], ["berth image pull debian/bookworm", "so that create needs no network"],
    ["berth image lock debian/bookworm --lock images.lock", "write down what it is now"], ["berth create web --image debian/bookworm --lock images.lock", "and make exactly that again"],
    ["berth image import rootfs.tar.xz mine", "then: berth create web --image mine"], ["berth image export debian/bookworm > rootfs.tar.xz", "its archive"], ["berth image prune", "expired ones, what downloads left, unpacked ones that nobody needs"],
  ],
};

const LOCK_FILE = "berth-images.lock";
const column = (text: string, width: number): string => text.padEnd(width);
/** Whose ids an unpacked one has, and which containers lie above it. */
const of = ({ idmap, usedBy = [] }: Pick<LocalImage, "idmap" | "usedBy">): string =>
  (idmap === undefined ? "" : ` for ${idmap.length === 0 ? "the host's ids" : idmap.filter((line) => line.startsWith("u ")).map((line) => line.slice(2).replaceAll(" ", ":")).join(", ")}${usedBy.length === 0 ? "" : `, below ${usedBy.map((path) => path.slice(path.lastIndexOf("/") + 1)).join(" ")}`}`);
const listing = (images: readonly LocalImage[]): string => ["IMAGE                           ARCH   BUILD           SIZE       FROM", ...images.map(({ image, arch, build, bytes, origin, isExpired, ...rest }) => `${column(image, 30)}  ${column(arch, 5)}  ${column(build, 14)}  ${column(sizeText(bytes), 9)}  ${origin}${isExpired ? " (expired)" : ""}${of(rest)}`)].map((line) => `${line}\n`).join("");

function infoText({ image, arch, build, bytes, at, origin, isExpired, paths, digest, expires, unpacked }: ImageInfo): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["Image", image], ["Arch", arch], ["Build", build], ["From", origin], ["Size", sizeText(bytes)], ["Digest", digest], ["Got", new Date(at).toISOString()],
    ["Expires", expires === undefined || Number.isNaN(expires) ? undefined : `${new Date(expires).toISOString()}${isExpired ? " (it has)" : ""}`], ...paths.map((path) => ["File", path] as const), ...(unpacked ?? []).map((tree) => ["Unpacked", `${tree.paths[0] ?? ""}${of(tree)}`] as const),
  ];
  return lines.filter(([, value]) => value !== undefined).map(([name, value]) => `${`${name}:`.padEnd(10)}${value ?? ""}\n`).join("");
}

/** stdout may be for a program, or the image itself: what is going on is said on stderr. */
const talk = ({ voice, request }: Line) => {
  const print = progressPrinter(request.isTty[2]);
  return { dialogue: { say: (text: string) => { if (!voice.isQuiet) print({ stage: text, isFinished: true }); }, show: () => undefined, ask: () => undefined }, onProgress: voice.isQuiet ? () => undefined : print };
};

async function list(line: Line): Promise<Answer> {
  const { imagesHere, imagesThere } = await import("../../runtime/images.ts");
  const isJson = line.options.has("format");
  if (!line.options.has("remote")) {
    const here = imagesHere(line.request, line.options.last("arch"));
    return here.ok ? done(0, { out: isJson ? asJson(here.value) : listing(here.value) }) : failed(line, here.problems);
  }
  const there = await imagesThere(line.request, imageOptions(line.options), talk(line));
  if (!there.ok) return failed(line, there.problems);
  const { imageTable } = await import("../../runtime/image-table.ts");
  return done(0, { out: isJson ? asJson(there.value) : terminalText(line.request, imageTable(there.value)) });
}

async function pull(line: Line, names: readonly string[], isLocked: boolean): Promise<Answer> {
  const { lockImages, pullImage } = await import("../../runtime/images.ts");
  const options = imageOptions(line.options);
  const { lockFile, ...open } = options;
  const pulled: Pulled[] = [];
  let err = "";
  for (const name of names) {
    const one = await pullImage(line.request, name, isLocked ? open : options, talk(line));
    if (!one.ok) return failed(line, one.problems);
    err += say(line.voice, one.warnings ?? []);
    pulled.push(one.value);
  }
  if (isLocked) {
    const locked = lockImages(line.request, lockFile ?? LOCK_FILE, pulled);
    if (!locked.ok) return failed(line, locked.problems);
  }
  return done(0, { out: line.options.has("format") ? asJson(pulled) : pulled.map(({ image, digest }) => `${image} ${digest}\n`).join(""), err });
}

async function info(line: Line, name: string): Promise<Answer> {
  const { imageInfo } = await import("../../runtime/images.ts");
  const found = await imageInfo(line.request, name, line.options.last("arch"));
  if (!found.ok) return failed(line, found.problems);
  return done(0, { out: line.options.has("format") ? asJson(found.value) : infoText(found.value) });
}

async function give(line: Line, name: string, file: string | undefined): Promise<Answer> {
  if (file === undefined && line.request.isTty[1]) return misuse(line, { code: "option.missing", text: "an archive is nothing for a terminal", remedy: `berth image export ${name} > FILE` });
  const { exportImage } = await import("../../runtime/images.ts");
  const arch = line.options.last("arch");
  const given = await exportImage(line.request, { name, write: stream, ...(file === undefined ? {} : { file: absolute(line.request, file) }), ...(arch === undefined ? {} : { arch }) });
  return given.ok ? done(0) : failed(line, given.problems);
}

async function take(line: Line, file: string, name: string): Promise<Answer> {
  const { importImage } = await import("../../runtime/images.ts");
  const taken = await importImage(line.request, file, name);
  if (!taken.ok) return failed(line, taken.problems);
  return done(0, { out: line.options.has("format") ? asJson(taken.value) : `${taken.value.image} ${taken.value.digest}\n`, err: say(line.voice, taken.warnings ?? []) });
}

async function clean(line: Line): Promise<Answer> {
  const { pruneImages } = await import("../../runtime/images.ts");
  const pruned = await pruneImages(line.request, { isAll: line.options.has("all"), isDry: line.options.has("dry-run") });
  if (!pruned.ok) return failed(line, pruned.problems);
  const { gone, kept } = pruned.value;
  const err = kept.map(({ path, usedBy }) => `${path} stays: ${usedBy.join(" ")} cannot do without it\n`).join("");
  if (line.options.has("format")) return done(0, { out: asJson(gone), err });
  const sum = gone.reduce((all, { bytes }) => all + bytes, 0);
  return done(0, { out: `${gone.map(({ path, bytes, why }) => `${path} ${sizeText(bytes)} (${why})\n`).join("")}${sizeText(sum)}\n`, err });
}

/** How many a verb takes; pull and lock take any number. */
const WORDS: Readonly<Record<string, number>> = { list: 0, prune: 0, info: 1, export: 2, import: 2 };

export const main = (request: Request): Promise<Answer> => withLine(tool, request, (line): Promise<Answer> => {
  const [verb = "", first, second, ...more] = line.words;
  const names = [first, second, ...more].filter((name) => name !== undefined);
  const isMany = verb === "pull" || verb === "lock";
  const extra = names[WORDS[verb] ?? names.length];
  if (extra !== undefined) return Promise.resolve(misuse(line, { code: "option.unknown", text: `'${extra}' is one word too many` }));
  if (verb === "list") return list(line);
  if (verb === "prune") return clean(line);
  if (!["pull", "lock", "info", "export", "import"].includes(verb)) return Promise.resolve(misuse(line, { code: "option.value", text: verb === "" ? "what about images?" : `'${verb}' is nothing that berth image does`, remedy: "list, pull, info, export, import, prune or lock" }));
  if (first === undefined) return Promise.resolve(misuse(line, { code: "option.missing", text: "which image?", remedy: `berth image ${verb} ${verb === "import" ? "FILE NAME" : "debian/bookworm"}` }));
  if (isMany) return pull(line, names, verb === "lock");
  if (verb === "info") return info(line, first);
  if (verb === "export") return give(line, first, second);
  return second === undefined ? Promise.resolve(misuse(line, { code: "option.missing", text: "what shall it be called?", remedy: `berth image import ${first} NAME` })) : take(line, first, second);
});
