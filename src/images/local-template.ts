// Owns the template `local`: an archive of a root file system that is there already, and of what it says of itself.
import { byOption } from "../model/origin.ts";
import { fail, ok, type Result } from "../model/problem.ts";
import { archiveAt } from "./archive.ts";
import { optionTemplate } from "./option-template.ts";
import type { TemplateArgs } from "./remote/template-args.ts";
import type { Made, TemplateWish } from "./templates.ts";

const OPTIONS = [
  { long: "fstree", short: "f", metavar: "FILE", help: "archive of the root file system: plain, or packed by gzip, bzip2, xz, zstd or lz4" },
  { long: "metadata", short: "m", metavar: "FILE", help: "archive of its metadata: config, templates, excludes, a message" },
  { long: "no-dev", help: "accepted, without meaning: devices are left out where they cannot be made" },
] as const;

function make({ cwd }: TemplateWish, args: TemplateArgs): Result<Made> {
  const [path, metadata] = (["fstree", "metadata"] as const).map((name) => args.last(name)).map((given) => (given === undefined || given.startsWith("/") ? given : `${cwd}/${given}`));
  if (path === undefined) return fail({ code: "option.missing", at: byOption("--fstree"), text: "the template local needs --fstree", remedy: "-t local -- --fstree rootfs.tar.xz [--metadata meta.tar.xz]" });
  const compression = archiveAt(path, { at: byOption("--fstree"), remedy: "give --fstree a tar archive: plain, or packed by gzip, bzip2, xz, zstd or lz4" });
  if (!compression.ok) return compression;
  const described = metadata === undefined ? ok(undefined) : archiveAt(metadata, { at: byOption("--metadata") });
  if (!described.ok) return described;
  return ok({ kind: "archive", path, compression: compression.value, ...(metadata === undefined ? {} : { metadata }) });
}

export const local = optionTemplate({ name: "local", about: "an image of which the archives are there already.", options: OPTIONS, make });
