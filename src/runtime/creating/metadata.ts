// Owns reading an image's metadata, and putting the container's name into the files it lists.
import { statSync } from "node:fs";
import { runPlan } from "../../host/engine/run.ts";
import { readTexts, textsIn } from "../../images/meta-archive.ts";
import { parseMetadata, replacements, type Metadata, type Placeholders } from "../../images/metadata.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import type { BlockPlace } from "../../model/storage.ts";
import { planSubstitute } from "../../plan/lifecycle/create.ts";
import { onMounted, type LayersPlace } from "../../plan/storage/mounted.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import type { Target } from "../verbs.ts";

const from = byOption("--metadata");

export interface MetadataWish { readonly path: string; readonly scratch: string; readonly isMapped: boolean; readonly place: Placeholders }

/** An archive, or a directory of a cache with what was in one. */
export function readMetadata({ path, scratch, isMapped, place }: MetadataWish): Result<Metadata> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const texts = isFolder ? ok(textsIn(path)) : readTexts(path, scratch, isMapped);
  if (!texts.ok) return texts;
  const metadata = parseMetadata(texts.value, isMapped, place);
  return metadata === undefined ? fail({ code: "image.invalid", at: from, text: `'${path}' has no file 'config'`, cause: "the metadata archive of an image holds at least that" }) : ok(metadata);
}

export interface SubstituteWish { readonly rootfs: string; readonly block?: BlockPlace; readonly layers?: LayersPlace; readonly idmap: readonly IdMapEntry[]; readonly files: readonly string[]; readonly place: Placeholders }

export async function substitute(target: Target, facts: HostFacts, wish: SubstituteWish): Promise<Result<void>> {
  if (wish.files.length === 0) return ok(undefined);
  const plan = onMounted(planSubstitute(target, facts, { ...wish, pairs: replacements(wish.place) }), wish.block, wish.rootfs, from);
  const problem = outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine }), "put the container's name into its files");
  return problem === undefined ? ok(undefined) : fail(problem);
}
