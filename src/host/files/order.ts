// Owns what the process beneath a container's root is told to do, and the words between it and whoever started it.
import type { Bytes, Complaint } from "./wire.ts";

/** Its first argument, and the descriptor that is the container's root. */
export const FILES_ORDER = "files";
export const ROOT_FD = 100;
/** The engine, where its path is closed to the container's ids. */
export const ENGINE_FD = 101;

export interface PackOrder { readonly verb: "pack"; readonly paths: readonly Bytes[]; /** A directory is refused. */ readonly isOneFile: boolean; /** The engine, which reads extended attributes; absent: they are not wanted. */ readonly engine?: string }
export interface UnpackOrder {
  readonly verb: "unpack";
  readonly path: Bytes;
  /** Several things come, or the path ends in a slash. */
  readonly isDirectory: boolean;
  /** One stream of bytes comes, that has no name of its own. */
  readonly isStream: boolean;
  readonly makesParents: boolean;
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly isOwnerWished: boolean;
  readonly keepsAll: boolean;
  /** Sets extended attributes. */
  readonly engine: string;
  /** What is written lies on blocks that are mounted for it alone: it is told only once it is there. */
  readonly isSynced: boolean;
  /** It is written on the host, with the caller's own rights. */
  readonly isHost?: true;
  readonly random: string;
}
export type Order = PackOrder | UnpackOrder;

/** The end of the writing side. `stopped`: why it went no further. */
export interface Told { readonly files: number; readonly bytes: number; readonly stopped?: { readonly path: Bytes; readonly errno: string }; readonly complaints: readonly Complaint[] }
