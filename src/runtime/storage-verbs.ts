// Owns the signatures of the verbs that make, multiply, keep and remove root file systems.
import type { Result } from "../model/problem.ts";
import type { Progress } from "../model/progress.ts";
import type { Request } from "../model/request.ts";
import type { StorageOptions } from "../model/storage.ts";
import type { HookRun } from "./hooks.ts";
import type { Target } from "./verbs.ts";

/** lxc-create's options for storage, as far as they are given. */
export type StorageWords = Partial<StorageOptions>;
/** How a container is copied. Source: lxc-copy(1). */
export interface CopyOptions {
  readonly to: Target;
  /** Layers above the container's own files, which both go on using. */
  readonly isSnapshot: boolean;
  /** The container may run meanwhile: its files are copied as they are. */
  readonly mayRun: boolean;
  /** lxc.uts.name and /etc/hostname stay; hardware addresses stay. */
  readonly keepsName: boolean;
  readonly keepsAddresses: boolean;
  /** -B. */
  readonly backend?: string;
  /** -L: bytes of a block device for it. */
  readonly size?: number;
  /** A snapshot: images are copied as they are, with the ids of their file systems. */
  readonly isKept?: boolean;
  /** More arguments for lxc.hook.clone. */
  readonly hookArgs: readonly string[];
  /** Further files beside its config: name and content. */
  readonly notes?: Readonly<Record<string, Uint8Array>>;
  readonly onProgress?: (progress: Progress) => void;
  /** Where it is kept, and why, when -B leaves the choice: best, or a list. */
  readonly onStorage?: (backend: string, reason: string) => void;
}
/** Something of the host in an ephemeral copy; an overlay's writes stay in the copy. */
export interface EphemeralMount { readonly kind: "bind" | "overlay"; readonly source: string; readonly target: string; readonly isReadOnly: boolean }
/** How a copy is made that is gone when it stops. Source: lxc-copy -e. */
export interface EphemeralOptions extends Omit<CopyOptions, "isSnapshot" | "hookArgs" | "notes"> {
  /** It stays when it has stopped. */
  readonly keepsData: boolean;
  /** What it writes is kept in memory. */
  readonly isTmpfs: boolean;
  readonly mounts: readonly EphemeralMount[];
  /** With this terminal as its console, until it stops. */
  readonly isForeground: boolean;
  /** Run inside when it has started; then it is shut down. None: it runs until somebody stops it. */
  readonly command: readonly string[];
  /** It is there, and about to start. */
  readonly onMade: () => void;
}
/** Status of the command, of a foreground start, or 0. A copy that cannot be started is removed again. */
export type EphemeralVerb = (request: Request, source: Target, options: EphemeralOptions) => Promise<Result<{ readonly status: number }>>;
/** How a container gets another name. */
export type RenameOptions = Pick<CopyOptions, "to" | "keepsName" | "hookArgs" | "onProgress">;
/** One of a container's snapshots. */
export interface Snapshot {
  readonly name: string;
  /** The directory that holds it: LXCPATH/NAME/snaps. */
  readonly lxcpath: string;
  /** Local time, `2026:11:26 21:42:09`, as LXC writes it; undefined: nobody noted it. */
  readonly time?: string;
  readonly comment?: string;
}
/** What is kept beside the files. */
export interface SnapshotOptions {
  /** What is noted with it. */
  readonly comment?: Uint8Array;
  readonly onProgress?: (progress: Progress) => void;
}
/** Which snapshot, and as whom. */
export interface RestoreOptions {
  /** `snap0`. */
  readonly snapshot: string;
  /** A new container of it; undefined: the container is as it was then. */
  readonly to?: Target;
  readonly onProgress?: (progress: Progress) => void;
}

/** How `copy` is called. */
export type CopyVerb = (request: Request, source: Target, options: CopyOptions) => Promise<Result<void>>;
/** How `rename` is called. */
export type RenameVerb = (request: Request, target: Target, options: RenameOptions) => Promise<Result<void>>;
/** How `snapshot` is called. */
export type SnapshotVerb = (request: Request, target: Target, options: SnapshotOptions) => Promise<Result<Snapshot>>;
/** How `snapshots` is called. */
export type SnapshotsVerb = (request: Request, target: Target) => Promise<Result<readonly Snapshot[]>>;
/** How `restore` is called. */
export type RestoreVerb = (request: Request, target: Target, options: RestoreOptions) => Promise<Result<void>>;
/** The name of one, or ALL. */
export type DestroySnapshotVerb = (request: Request, target: Target, snapshot: string) => Promise<Result<void>>;
/** What goes with a container. Source: lxc-destroy(1). */
export interface DestroyOptions {
  readonly isForced: boolean;
  readonly withSnapshots: boolean;
  /** Told of each lxc.hook.destroy: what is recorded of it beside the container goes with the container. */
  readonly onHook?: (hook: HookRun) => void;
}
/** How `destroy` is called. */
export type DestroyVerb = (request: Request, target: Target, options: DestroyOptions) => Promise<Result<void>>;

/** What would go: absolute paths, a volume or a dataset by its name. */
export type PreviewDestroyVerb = (request: Request, target: Target, options: DestroyOptions) => Promise<Result<readonly string[]>>;

/** A container that was removed and can come back. */
export interface Trashed {
  readonly name: string;
  /** Its directory now: LXCPATH/.trash/ENTRY. */
  readonly lxcpath: string;
  readonly entry: string;
  /** ISO 8601. */
  readonly removedAt: string;
  /** Until then it is kept. */
  readonly keptUntil: string;
}
/** Destroy, kept in the trash. */
export type TrashVerb = (request: Request, target: Target, options: DestroyOptions) => Promise<Result<Trashed | undefined>>;
/** The trash, listed. */
export type TrashListVerb = (lxcpath: string) => readonly Trashed[];
/** The newest of that name comes back. */
export type UndeleteVerb = (request: Request, target: Target) => Promise<Result<void>>;
/** For good: those of that name, or all; `isOldOnly`: whose time is over. */
export type PurgeVerb = (request: Request, lxcpath: string, wish: { readonly name?: string; readonly isOldOnly: boolean }) => Promise<Result<void>>;

/** How a container becomes an archive. */
export interface ExportOptions {
  /** The archive's bytes, in pieces; false: nobody reads any more. */
  readonly write: (bytes: Uint8Array) => Promise<boolean>;
  readonly mayRun: boolean;
  readonly withSnapshots: boolean;
}
/** A container becomes an archive. */
export type ExportVerb = (request: Request, target: Target, options: ExportOptions) => Promise<Result<void>>;
/** How an archive becomes a container. */
export interface ImportOptions {
  readonly lxcpath: string;
  /** undefined: the one it had. */
  readonly name?: string;
  readonly read: AsyncIterable<Uint8Array>;
}
/** An archive becomes a container. */
export type ImportVerb = (request: Request, options: ImportOptions) => Promise<Result<Target>>;

/** Of lxc-backup: LXCPATH/NAME/rootfs.backup.NUMBER. */
export interface Backup { readonly path: string; readonly number: number }
/** `number`: undefined is the next, in the place of one that has it. */
export type BackUpVerb = (request: Request, target: Target, options: { readonly number?: number; readonly mayRun: boolean }) => Promise<Result<Backup>>;
/** `number`: undefined is the latest. */
export type BringBackVerb = (request: Request, target: Target, options: { readonly number?: number }) => Promise<Result<Backup>>;

/** `size`: bytes. */
export type ResizeVerb = (request: Request, target: Target, options: { readonly size: number }) => Promise<Result<void>>;

/** `to`: the first id, a first id and how many, a user, or none. */
export type ShiftVerb = (request: Request, target: Target, options: { readonly to: string }) => Promise<Result<void>>;
