// Owns the template `local`: an archive of a root file system that is there already, and of what it says of itself.
import { existsSync } from "node:fs";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Result } from "../model/problem.ts";
import { probeArchive } from "./archive.ts";
import { optionTemplate } from "./option-template.ts";
import type { TemplateArgs } from "./remote/template-args.ts";
import type { Made, TemplateWish } from "./templates.ts";

const OPTIONS = [
  { long: "fstree", short: "f", metavar: "FILE", help: "archive of the root file system: plain, or packed by gzip, bzip2, xz, zstd or lz4" },
  { long: "metadata", short: "m", metavar: "FILE", help: "archive of its metadata: config, templates, excludes, a message" },
  { long: "no-dev", help: "accepted, without meaning: devices are left out where they cannot be made" },
] as const;

function fileOf(args: TemplateArgs, name: "fstree" | "metadata", cwd: string): Result<string | undefined> {
  const given = args.last(name);
  if (given === undefined) return ok(undefined);
  const path = given.startsWith("/") ? given : `${cwd}/${given}`;
  return existsSync(path) ? ok(path) : fail({ code: "image.missing", at: byOption(`--${name}`), text: `'${path}' does not exist` });
}

function make({ cwd }: TemplateWish, args: TemplateArgs): Result<Made> {
  const [fstree, metadata] = [fileOf(args, "fstree", cwd), fileOf(args, "metadata", cwd)];
  if (!fstree.ok) return fstree;
  if (!metadata.ok) return metadata;
  const path = fstree.value;
  if (path === undefined) return fail({ code: "option.missing", at: byOption("--fstree"), text: "the template local needs --fstree", remedy: "-t local -- --fstree rootfs.tar.xz [--metadata meta.tar.xz]" });
  const compression = probeArchive(path);
  if (compression === undefined) return fail({ code: "image.invalid", at: byOption("--fstree"), text: `'${path}' is not a tar archive that can be read`, remedy: "give --fstree a tar archive: plain, or packed by gzip, bzip2, xz, zstd or lz4" });
  return ok({ kind: "archive", path, compression, ...(metadata.value === undefined ? {} : { metadata: metadata.value }) });
}

export const local = optionTemplate({ name: "local", about: "an image of which the archives are there already.", options: OPTIONS, make });
