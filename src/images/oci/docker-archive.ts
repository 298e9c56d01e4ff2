// Owns archives with a whole image in them: what `docker save` writes, and an OCI layout packed by tar.
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, realpathSync } from "node:fs";
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { PROGRAM_PATH } from "../../host/probe/program.ts";
import { saysNoSpace } from "../../linux/no-space.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { archiveAt } from "../archive.ts";
import { fullCache } from "../keeping.ts";
import { tarJudge } from "../tar/judge.ts";
import { tarReader } from "../tar/reader.ts";
import { eachUnpacked } from "../tar/unpacked.ts";
import { parseImageConfig, type ImageConfig } from "./manifest.ts";

export interface DockerArchive { readonly config: ImageConfig; readonly files: readonly string[]; readonly digest: string }

const invalid = (text: string, cause?: string): Problem => ({ code: "image.invalid", at: byOption("--url"), text, ...(cause === undefined ? {} : { cause }) });
const ENV = { PATH: PROGRAM_PATH, LC_ALL: "C" };

/** Judged on its way to tar, which writes as the caller to a new directory. */
async function unpackInto(path: string, folder: string): Promise<Problem | undefined> {
  const compression = archiveAt(path, { at: byOption("--url") });
  if (!compression.ok) return compression.problems[0];
  const fd = openSync(path, "r");
  const tar = spawn("tar", ["--extract", "--file=-", "--no-same-owner", "--no-same-permissions"], { stdio: ["pipe", "ignore", "pipe"], cwd: folder, env: ENV });
  let said = "";
  tar.stderr.on("data", (chunk: Uint8Array) => { said += new TextDecoder().decode(chunk); });
  tar.stdin.on("error", () => undefined);
  const ended = new Promise<number>((resolve) => { tar.once("error", () => resolve(127)); tar.once("close", (status) => resolve(status ?? 128)); });
  const judge = tarReader(tarJudge({ isMapped: false }));
  let bad: Problem | undefined;
  const damaged = await eachUnpacked(fd, compression.value, (chunk) => {
    bad = judge.push(chunk);
    return bad !== undefined ? Promise.resolve(false) : new Promise((resolve) => { tar.stdin.write(chunk, (error) => resolve(error === null || error === undefined)); });
  }).finally(() => closeSync(fd));
  tar.stdin.end();
  const status = await ended;
  return bad ?? damaged ?? (status === 0 ? undefined : saysNoSpace(said) ? fullCache(dirname(folder)) : invalid(`'${path}' cannot be unpacked`, said.trim().split("\n")[0] ?? ""));
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((one) => typeof one === "string") : []);

/** A name in the archive, links followed, as long as they stay in it. */
function fileIn(folder: string, name: string): string | undefined {
  if (name === "" || !existsSync(`${folder}/${name}`)) return undefined;
  const path = realpathSync(`${folder}/${name}`);
  return path.startsWith(`${realpathSync(folder)}/`) ? path : undefined;
}

function choose(list: readonly unknown[], path: string, tag: string | undefined): Result<Json> {
  const images = list.filter(isObject);
  const tags = images.flatMap((image) => texts(image["RepoTags"]));
  const bare = tag?.replace(/^docker\.io\/(library\/)?/, "");
  const found = bare === undefined ? (images.length === 1 ? images[0] : undefined) : images.find((image) => texts(image["RepoTags"]).some((one) => one === bare || one.endsWith(`:${bare}`) || one.endsWith(`/${bare}`)));
  return found === undefined ? fail({ ...invalid(tag === undefined ? `which image of '${path}'?` : `'${path}' has no image '${tag}'`, `it has ${tags.join(" ")}`), code: "image.missing" }) : ok(found);
}

function readManifest(folder: string, path: string, tag: string | undefined): Result<DockerArchive> {
  let list: unknown;
  try {
    list = JSON.parse(readFileSync(`${folder}/manifest.json`, "utf8"));
  } catch {
    return fail(invalid(`'${path}' holds no image`, "it has neither manifest.json nor index.json"));
  }
  const image = choose(Array.isArray(list) ? list : [], path, tag);
  if (!image.ok) return image;
  const { Config: name } = image.value;
  const configFile = typeof name === "string" ? fileIn(folder, name) : undefined;
  const text = configFile === undefined ? "" : readFileSync(configFile, "utf8");
  const config = parseImageConfig(text);
  const files = texts(image.value["Layers"]).map((layer) => fileIn(folder, layer));
  if (config === undefined || !files.every((file) => file !== undefined) || files.length !== config.diffIds.length) return fail(invalid(`the image in '${path}' is not whole`));
  return ok({ config, files, digest: `sha256:${createHash("sha256").update(text).digest("hex")}` });
}

/** `layout`: it is one, unpacked to the folder now. */
export async function openDockerArchive(wish: { readonly path: string; readonly folder: string; readonly tag?: string }): Promise<Result<DockerArchive | "layout">> {
  const problem = await unpackInto(wish.path, wish.folder);
  if (problem !== undefined) return fail(problem);
  if (existsSync(`${wish.folder}/index.json`) && !existsSync(`${wish.folder}/manifest.json`)) return ok("layout");
  return readManifest(wish.folder, wish.path, wish.tag);
}
