// Owns the look at what a container's root is on, where that is an image or a block device: how its bytes begin.
import { closeSync, constants, openSync, readSync } from "node:fs";
import { CONTENT_BYTES, contentOf } from "../../linux/superblock.ts";
import type { ImageContent } from "../../linux/superblock.ts";
import type { StorageFacts } from "../../model/facts.ts";
import { nbdParts } from "../../model/storage.ts";
import { readText } from "../read-text.ts";
import { probeNbd } from "./nbd.ts";
import { probePath } from "./paths.ts";

function probeContent(path: string): ImageContent | undefined {
  let fd = -1;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const bytes = new Uint8Array(CONTENT_BYTES);
    return contentOf(bytes.subarray(0, readSync(fd, bytes, 0, CONTENT_BYTES, 0)));
  } catch {
    return undefined;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

const fileSystems = (): readonly string[] => (readText("/proc/filesystems") ?? "").split("\n").flatMap((line) => line.split("\t").at(-1) ?? []).filter((name) => name !== "");

const NBD = "nbd:";

/** undefined for a directory: nothing more has to be known of it. `place`: a path, or that of an image of qemu behind `nbd:`. */
export function probeStorage(place: string): StorageFacts | undefined {
  const { file: path, partition } = place.startsWith(NBD) ? nbdParts(place.slice(NBD.length)) : { file: place };
  const kind = probePath(path)?.kind;
  if (kind === "directory") return undefined;
  if (place.startsWith(NBD) && kind === "file") return { fileSystems: fileSystems(), ...probeNbd(path, partition) };
  const content = kind === "file" || kind === "block" ? probeContent(path) : undefined;
  return { fileSystems: fileSystems(), ...(content === undefined ? {} : { content }) };
}
