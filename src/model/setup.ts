// Owns what `berth setup` knows of a host and a user, and the changes it may make: data that is printed, made, recorded and undone.
import type { SubIdRange } from "../linux/idmap.ts";

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly groups: readonly string[];
  readonly groupIds: readonly number[];
}

export interface SetupWish {
  /** lxc-user-nic: which bridge, how many interfaces; absent: no network is asked for. */
  readonly nics?: { readonly bridge: string; readonly count: number; /** The user said how many. */ readonly isExact: boolean };
  /** The root of his containers may pass through his home. */
  readonly isHomePassable?: boolean;
}

/** Where ids for subordinate ranges are taken from: login.defs(5) SUB_UID_MIN … */
export interface IdSpace { readonly first: number; readonly last: number; readonly count: number }

export interface IdSide {
  /** /etc/subuid or /etc/subgid. */
  readonly file: readonly SubIdRange[];
  readonly space: IdSpace;
  /** Ids of real users or groups in the space. */
  readonly real: readonly number[];
  /** What another source (nsswitch.conf `subid:`) gives to the user. */
  readonly other?: readonly SubIdRange[];
}

export interface CgroupTree {
  readonly mountpoint: string;
  readonly version: 1 | 2;
  /** MOUNTPOINT/berth/USER is there and the user's. */
  readonly isOwn: boolean;
}

export interface SetupFacts {
  readonly account: Account;
  readonly uids: IdSide;
  readonly gids: IdSide;
  /** Word of `subid:` in nsswitch.conf when it is not `files`. */
  readonly subidSource?: string;
  /** A path is absent when the program is missing; with a mode it lacks the power to map ids. */
  readonly idmapTools: readonly { readonly name: "newuidmap" | "newgidmap"; readonly path?: string; readonly powerless?: number }[];
  /** The user's home, absent when it is missing; `searchableBy`: ids that its access list lets through. */
  readonly home?: { readonly mode: number; readonly searchableBy: readonly number[]; readonly hasTool: boolean };
  /** Running systemd: what it delegates to the user's manager, and whether that outlives his sessions. */
  readonly systemd?: { readonly delegated: readonly string[]; readonly isLingering: boolean };
  readonly layout: "v1" | "hybrid" | "v2" | "none";
  readonly trees: readonly CgroupTree[];
  /** What calls scripts at boot. */
  readonly boot: "systemd" | "sysvinit" | "openrc" | "none";
  readonly sysctls: Readonly<Record<string, number | undefined>>;
  readonly hasAppArmorParser: boolean;
  readonly install: { readonly engine: string; /** Text of share/berth/berth-cgroups. */ readonly bootScript: string; /** lxc-user-nic, where none is set-user-ID root yet. */ readonly userNic?: { readonly from: string; readonly to: string } };
  /** Texts of the files that a change may write; absent when missing. */
  readonly files: Readonly<Record<string, string | undefined>>;
  /** Which of the directories for default.conf exist. */
  readonly folders: readonly string[];
}

export interface Owner { readonly uid: number; readonly gid: number }
interface Because { readonly why: string; /** Others may need it, too: it stays as long as one of them is set up. */ readonly isShared?: true }
export type Change = Because & (
  /** `isSubId`: shadow's lock files are taken. */
  | { readonly kind: "line"; readonly file: string; readonly line: string; readonly isSubId?: true }
  | { readonly kind: "file"; readonly path: string; readonly text: string; readonly mode: number; readonly owner?: Owner; /** What was there of ours, of an older Berth. */ readonly before?: string }
  | { readonly kind: "directory"; readonly path: string; readonly mode: number; readonly owner?: Owner }
  | { readonly kind: "mode"; readonly path: string; readonly from: number; readonly to: number }
  | { readonly kind: "sysctl"; readonly name: string; readonly from: number; readonly to: number }
  | { readonly kind: "command"; readonly argv: readonly string[]; readonly undo?: readonly string[] }
  /** Run behind all changes, and behind all of an undo. */
  | { readonly kind: "reload"; readonly argv: readonly string[] }
);

/** What setup does not do by itself. */
export interface Need { readonly text: string; readonly remedy: string }
export interface SetupPlan { readonly changes: readonly Change[]; readonly needs: readonly Need[] }

/** /var/lib/berth/setup/USER.json. */
export interface SetupRecord { readonly version: 1; readonly user: string; readonly changes: readonly Change[] }
