// Owns the look at what a container's root is on, where that is an image or a block device: how its bytes begin.
import { closeSync, constants, openSync, readSync } from "node:fs";
import { CONTENT_BYTES, contentOf } from "../../linux/superblock.ts";
import type { ImageContent } from "../../linux/superblock.ts";
import type { StorageFacts } from "../../model/facts.ts";
import { readText } from "../read-text.ts";
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

/** Those that this kernel has loaded. */
export const fileSystems = (): readonly string[] => (readText("/proc/filesystems") ?? "").split("\n").flatMap((line) => line.split("\t").at(-1) ?? []).filter((name) => name !== "");

/** undefined for a directory: nothing more has to be known of it. An image of qemu's (`nbd:FILE`) is looked at by ./nbd.ts. */
export function probeStorage(path: string): StorageFacts | undefined {
  const kind = probePath(path)?.kind;
  if (kind === "directory") return undefined;
  const content = kind === "file" || kind === "block" ? probeContent(path) : undefined;
  return { fileSystems: fileSystems(), ...(content === undefined ? {} : { content }) };
}
