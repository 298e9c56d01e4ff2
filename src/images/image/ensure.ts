// Owns having an image, whatever it is called: from the cache, from where it is, or made from Debian's packages when nothing can be reached.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { archiveAt } from "../archive.ts";
import { NOTHING, type Customize } from "../customize.ts";
import { debianRootfs, keptHere } from "../debian.ts";
import { pinSays } from "../digest.ts";
import { obtainOci } from "../oci/obtain.ts";
import { OCI_SCRIPT } from "../oci/template.ts";
import type { Login } from "../oci/registry.ts";
import { sumWithEnd } from "../tar/scan.ts";
import { cacheBase, rootsBase } from "../remote/cache.ts";
import { archOf } from "../remote/entry.ts";
import { obtain } from "../remote/obtain.ts";
import { sha256Of } from "../remote/sums.ts";
import { plainWish } from "../packages-template.ts";
import type { TrustWish } from "../remote/signature.ts";
import { builtInNames, type Made, type TemplateWish } from "../templates.ts";
import { findRecord, readRecords, writeRecord } from "./records.ts";
import type { ImageRef } from "./reference.ts";

export interface ImageWish extends Omit<TemplateWish, "args"> {
  readonly ref: ImageRef;
  readonly servers: readonly string[];
  readonly trust: TrustWish;
  readonly timeoutMs: number;
  readonly arch?: string;
  readonly login?: Login;
  /** `sha256:HEX`. */
  readonly digest?: string;
  readonly digestBy?: string;
  /** Only what is on this machine. */
  readonly isOffline: boolean;
}
export interface HadImage { readonly made: Exclude<Made, { readonly kind: "nothing" }>; readonly digest: string; readonly path?: string; readonly build?: string }

const ELSEWHERE = "name another server with --server; what is kept already is taken with --offline";
const REMEDIES = { unknown: "berth image list --remote shows all", absent: "leave --offline out, to have it downloaded" };
const nothing = (text: string, remedy?: string): Problem => ({ code: "image.missing", at: byOption("--image"), text, ...(remedy === undefined ? {} : { remedy }) });
const wrong = ({ ref, digestBy }: ImageWish, is: string, digest: string): Problem => ({ code: "image.checksum", text: `'${ref.text}' is not what it should be`, ...pinSays(is, digest, digestBy) });
const byOf = ({ digestBy }: ImageWish): { readonly digestBy?: string } => (digestBy === undefined ? {} : { digestBy });
const archOfWish = (wish: ImageWish): string => archOf(wish.arch ?? process.arch);

/** An archive on this machine, which is read once. Who knows its digest knows that it is whole. */
async function fromArchive(wish: ImageWish, path: string, more: { readonly metadata?: string; readonly template: string; readonly own?: Customize }): Promise<Result<HadImage>> {
  const compression = archiveAt(path, { at: byOption("--image") });
  if (!compression.ok) return compression;
  const isUnchecked = wish.digest === undefined && compression.value === "none" && wish.ref.kind === "file";
  const { hex, warnings } = isUnchecked ? await sumWithEnd(path) : { hex: await sha256Of(path), warnings: [] };
  const digest = `sha256:${hex}`;
  if (wish.digest !== undefined && digest !== wish.digest) return fail(wrong(wish, digest, wish.digest));
  return ok({ made: { kind: "archive", path, compression: compression.value, ...more }, digest, path }, warnings);
}

/** Debian's or Ubuntu's own packages make it where no image server does. */
async function fromPackages(wish: ImageWish, ref: ImageRef & { readonly kind: "remote" }, problems: readonly Problem[]): Promise<Result<HadImage>> {
  const isNet = problems.every(({ code }) => code === "image.fetch" || code === "image.missing");
  const { dist } = ref;
  if ((dist !== "debian" && dist !== "ubuntu") || ref.variant !== "default" || archOfWish(wish) !== archOf(process.arch) || !isNet || wish.abort.aborted) return fail(...problems);
  if (wish.isOffline && keptHere(plainWish(dist, ref.release, wish.env), ref.release) === undefined) return fail(...problems);
  if (!wish.isOffline) wish.dialogue.say(`No image server has it: it comes from ${dist === "debian" ? "Debian" : "Ubuntu"}'s packages`);
  const made = await debianRootfs({ ...plainWish(dist, ref.release, wish.env), onProgress: wish.onProgress, abort: wish.abort });
  if (!made.ok) return fail(...problems, ...made.problems);
  const had = await fromArchive(wish, made.value.path, { template: dist, own: { ...NOTHING, knowsItself: true } });
  return had.ok ? ok(had.value, made.value.warnings) : had;
}

async function fromRemote(wish: ImageWish, ref: ImageRef & { readonly kind: "remote" }): Promise<Result<HadImage>> {
  const { env, abort, timeoutMs, onProgress } = wish;
  const got = await obtain({
    servers: wish.servers, mode: wish.isMapped ? "user" : "system", trust: wish.trust, base: cacheBase(env, wish.isRoot), roots: rootsBase(env, wish.isRoot), engine: wish.engine, say: wish.dialogue.say,
    net: { env, abort, timeoutMs, onProgress, elsewhere: ELSEWHERE }, wanted: { dist: ref.dist, release: ref.release, arch: archOfWish(wish), variant: ref.variant },
    ...(wish.digest === undefined ? {} : { digest: wish.digest.slice("sha256:".length) }), ...byOf(wish), isFlushed: false, isForced: wish.isOffline, remedies: REMEDIES,
  });
  if (!got.ok) return fromPackages(wish, ref, got.problems);
  const { rootfs, metadata, build } = got.value;
  const had = await fromArchive(wish, rootfs, { template: "/usr/share/lxc/templates/lxc-download", ...(metadata === undefined ? {} : { metadata }) });
  return had.ok ? ok({ ...had.value, build }, got.warnings) : had;
}

async function fromOci(wish: ImageWish, ref: ImageRef & { readonly kind: "oci" }): Promise<Result<HadImage>> {
  const base = cacheBase(wish.env, wish.isRoot);
  const arch = archOfWish(wish);
  const there = ref.place.kind === "registry" ? findRecord(base, ref.text, arch) : undefined;
  const isWhole = there?.kind === "oci" && there.layers.every(({ path }) => existsSync(path));
  const had = (record: NonNullable<typeof there> & { readonly kind: "oci" }): HadImage => ({ made: { kind: "layers", layers: record.layers, image: record.image, isDhcp: false, template: OCI_SCRIPT }, digest: record.digest });
  if (wish.isOffline) return isWhole && (wish.digest === undefined || wish.digest === there.digest) ? ok(had(there)) : fail(nothing(`the cache has no '${ref.text}'`));
  mkdirSync(base, { recursive: true, mode: 0o755 });
  const { env, abort, timeoutMs, onProgress } = wish;
  const got = await obtainOci({ place: ref.place, arch, base, roots: rootsBase(env, wish.isRoot), say: wish.dialogue.say, net: { env, abort, timeoutMs, onProgress, elsewhere: "name another registry; what is kept already is taken with --offline" }, ...(wish.login === undefined ? {} : { login: wish.login }), ...(wish.digest === undefined ? {} : { digest: wish.digest }), ...byOf(wish) });
  if (!got.ok) {
    if (!isWhole || got.problems.some(({ code }) => code !== "image.fetch") || (wish.digest !== undefined && wish.digest !== there.digest)) return got;
    return ok(had(there), got.problems.map((problem): Problem => ({ ...problem, severity: "warning", remedy: "the copy in the cache is taken" })));
  }
  const record = { version: 1, kind: "oci", ref: ref.text, arch, digest: got.value.digest, at: Date.now(), layers: got.value.layers, image: got.value.config } as const;
  if (ref.place.kind === "registry") writeRecord(base, record);
  return ok(had(record));
}

/** A template is often meant. */
const namedElsewhere = (name: string): string => `${["busybox", ...builtInNames].includes(name) ? `'${name}' is a template: berth create NAME -t ${name}; ` : ""}berth image list shows the images of this machine; others are named as in debian/bookworm`;

export function ensureImage(wish: ImageWish): Promise<Result<HadImage>> {
  const { ref } = wish;
  switch (ref.kind) {
    case "remote": return fromRemote(wish, ref);
    case "oci": return fromOci(wish, ref);
    case "file": return statSync(ref.path, { throwIfNoEntry: false })?.isFile() === true ? fromArchive(wish, ref.path, { template: ref.path }) : Promise.resolve(fail(nothing(`'${ref.path}' is no file`, "a directory is taken by lxc-create -t DIRECTORY")));
    case "named": {
      const record = readRecords(cacheBase(wish.env, wish.isRoot)).find((one) => one.kind === "archive" && one.ref === ref.text);
      return record?.kind === "archive" ? fromArchive(wish, record.path, { template: ref.text }) : Promise.resolve(fail(nothing(`there is no image '${ref.text}'`, namedElsewhere(ref.text))));
    }
  }
}
