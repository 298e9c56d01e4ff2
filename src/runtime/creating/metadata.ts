// Owns reading an image's metadata archive, and putting the container's name into the files it lists.
import { spawnSync } from "node:child_process";
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { runPlan } from "../../host/engine/run.ts";
import { errorCode } from "../../host/read-text.ts";
import { probeArchive } from "../../images/archive.ts";
import { parseMetadata, replacements, type Metadata, type Placeholders } from "../../images/metadata.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import type { BlockPlace } from "../../model/storage.ts";
import { planSubstitute } from "../../plan/lifecycle/create.ts";
import { unpackCommand } from "../../plan/storage/dir.ts";
import { onMounted } from "../../plan/storage/mounted.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import type { Target } from "../verbs.ts";

/** Texts: what is larger is none. */
const TEXT_MAX = 1 << 20;
const from = byOption("--metadata");

function textsIn(folder: string): ReadonlyMap<string, string> {
  return new Map(readdirSync(folder).flatMap((name): [string, string][] => {
    const found = lstatSync(`${folder}/${name}`);
    return found.isFile() && found.size <= TEXT_MAX ? [[name, readFileSync(`${folder}/${name}`, "utf8")]] : [];
  }));
}

export interface MetadataWish { readonly path: string; readonly scratch: string; readonly isMapped: boolean; readonly place: Placeholders }

/** Unpacked by the creator, with no rights but its own, to a directory that goes away again. */
export function readMetadata({ path, scratch, isMapped, place }: MetadataWish): Result<Metadata> {
  const compression = probeArchive(path);
  if (compression === undefined) return fail({ code: "image.invalid", at: from, text: `'${path}' is not a tar archive that can be read` });
  const folder = `${scratch}/metadata`;
  let fd: number | undefined;
  try {
    mkdirSync(folder, { mode: 0o700 });
    fd = openSync(path, "r");
    const [program = "tar", ...args] = unpackCommand({ compression, isMapped, exclude: [] }).filter((word) => word !== "--same-owner" && word !== "--preserve-permissions");
    const tar = spawnSync(program, [...args, "--no-same-owner", "--no-same-permissions"], { stdio: [fd, "ignore", "pipe"], cwd: folder, env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" }, encoding: "utf8" });
    if (tar.status !== 0) return fail({ code: "image.invalid", at: from, text: `unpacking ${path} failed`, cause: tar.stderr.trim() });
    const metadata = parseMetadata(textsIn(folder), isMapped, place);
    return metadata === undefined ? fail({ code: "image.invalid", at: from, text: `'${path}' has no file 'config'`, cause: "the metadata archive of an image holds at least that" }) : ok(metadata);
  } catch (error) {
    return fail({ code: "image.invalid", at: from, text: `cannot read '${path}': ${errorCode(error)}` });
  } finally {
    if (fd !== undefined) closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface SubstituteWish { readonly rootfs: string; readonly block?: BlockPlace; readonly idmap: readonly IdMapEntry[]; readonly files: readonly string[]; readonly place: Placeholders }

export async function substitute(target: Target, facts: HostFacts, wish: SubstituteWish): Promise<Result<void>> {
  if (wish.files.length === 0) return ok(undefined);
  const plan = onMounted(planSubstitute(target, facts, { ...wish, pairs: replacements(wish.place) }), wish.block, wish.rootfs, from);
  const problem = outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine }), "put the container's name into its files");
  return problem === undefined ? ok(undefined) : fail(problem);
}
