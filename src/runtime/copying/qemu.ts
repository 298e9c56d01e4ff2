// Owns copies of a container whose root file system is in an image of qemu's (`nbd:FILE`): the image is copied, its files are not
// looked at, for a start alone connects it.
import { statSync } from "node:fs";
import { imageFormat } from "../../host/probe/nbd.ts";
import { programPath } from "../../host/probe/program.ts";
import { containerDir } from "../../host/store/layout.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import type { RootfsSpec } from "../../model/spec.ts";
import { nbdParts, rootOnly } from "../../model/storage.ts";
import { stillRunning } from "../running-container.ts";
import type { CopyStorage, StorageWish } from "./storage.ts";

const from = byOption("--backingstorage");

/** One that lies in a file, and is wanted as such. */
export const isImageCopy = ({ type, path }: RootfsSpec, { backend = "nbd" }: StorageWish): boolean => type === "nbd" && backend === "nbd" && statSync(nbdParts(path).file, { throwIfNoEntry: false })?.isFile() === true;

export function copiedImage(rootfs: RootfsSpec, { source, to, isSnapshot, isRoot, isRunning }: StorageWish): Result<CopyStorage> {
  const { file, partition } = nbdParts(rootfs.path);
  if (isSnapshot) return fail({ code: "storage.unsupported", at: from, text: "a root file system on 'nbd' has no snapshot on 'nbd'", cause: "an image above another one is broken by the next start of that", remedy: "leave out -s for a whole copy" });
  if (!isRoot) return fail(rootOnly(`an ordinary user cannot copy '${file}'`, { at: rootfs.from }));
  if (isRunning) return fail(stillRunning(source, { at: rootfs.from, cause: "it writes to its image" }));
  const format = imageFormat(file);
  if (format === undefined) return fail({ code: "storage.unsupported", at: rootfs.from, text: `the image '${file}' cannot be read`, remedy: "look at it: qemu-img info" });
  if (programPath("qemu-img") === undefined) return fail({ code: "storage.unsupported", at: rootfs.from, text: "the program 'qemu-img' is missing", cause: `it copies 'nbd:${file}'`, remedy: "apt install qemu-utils" });
  const image = `${containerDir(to)}/rootdev`;
  const path = `nbd:${image}${partition === undefined ? "" : `:${partition}`}`;
  return ok({ made: { backend: "nbd", path, make: [], directories: [] }, image: { source: file, to: image, format }, sources: [] });
}
