// Owns a file that a command writes for its caller: in its place once it is whole, wherever links lead. A device or a pipe is
// written as it comes: nothing may take its place.
import { closeSync, constants, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from "node:fs";

export interface Output {
  readonly fd: number;
  /** It is whole. */
  readonly keep: () => void;
  /** It is not, and nothing of it stays. */
  readonly drop: () => void;
}
const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;

function placeOf(file: string): readonly [path: string, isDevice: boolean] {
  try {
    return [realpathSync(file), !statSync(file).isFile()];
  } catch {
    return [file, false]; // it is not there, or opening it will say why not
  }
}
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at);
}

/** Throws what open(2) says. */
export function openOutput(file: string, mode = 0o600): Output {
  const [path, isDevice] = placeOf(file);
  const half = isDevice ? path : `${path}.part`;
  const fd = isDevice ? openSync(half, "w") : openSync(half, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode);
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  return {
    fd,
    keep: () => { close(); if (!isDevice) renameSync(half, path); },
    drop: () => { close(); if (!isDevice) rmSync(half, { force: true }); },
  };
}
