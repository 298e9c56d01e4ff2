// Owns Project: containers, networks and volumes as somebody wants them, every field concrete.
import type { PortWish } from "../linux/port-words.ts";
import type { Origin } from "./origin.ts";

export type Restart = { readonly when: "no" } | { readonly when: "on-failure"; /** At most so often in a row. */ readonly most?: number };
export interface Health {
  /** Run inside; status 0 says that it is well. */
  readonly command: readonly string[];
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
  /** Seconds after a start in which a failure does not count. */
  readonly grace: number;
}
export type Condition = "started" | "booted" | "network" | "healthy";
export interface Dependency { readonly name: string; readonly condition: Condition; readonly from: Origin }
export interface VolumeUse {
  /** A volume of the project, or a path of the host. */
  readonly source: { readonly kind: "volume"; readonly name: string } | { readonly kind: "path"; readonly path: string };
  /** Beneath the container's root. */
  readonly target: string;
  readonly isReadOnly: boolean;
  /** The files belong inside to whom they belong outside. */
  readonly keepsOwners: boolean;
  readonly from: Origin;
}
export interface WantedPort { readonly wish: PortWish; readonly from: Origin }
export interface WantedKey { readonly key: string; readonly values: readonly string[]; readonly from: Origin }
export interface WantedContainer {
  readonly name: string;
  readonly from: Origin;
  /** What it is made of, where it is not there. */
  readonly made: { readonly kind: "image"; readonly image: string } | { readonly kind: "template"; readonly template: string; readonly args: readonly string[] } | { readonly kind: "none" };
  readonly keys: readonly WantedKey[];
  readonly networks: readonly { readonly name: string; readonly from: Origin }[] | undefined;
  readonly volumes: readonly VolumeUse[];
  /** Of this host, which lead to it. */
  readonly ports: readonly WantedPort[];
  readonly dependsOn: readonly Dependency[];
  readonly health?: Health;
  readonly restart: Restart;
  readonly state: "started" | "stopped";
}
export interface WantedNetwork { readonly name: string; readonly address?: string; readonly ipv6?: string; readonly domain?: string; readonly isOpen: boolean; readonly from: Origin }
export interface WantedVolume { readonly name: string; /** undefined: one that Berth keeps. */ readonly path?: string; readonly from: Origin }
export interface Project {
  readonly name: string;
  /** Each behind those that it depends on. */
  readonly containers: readonly WantedContainer[];
  readonly networks: readonly WantedNetwork[];
  readonly volumes: readonly WantedVolume[];
}

/** Does a run that has ended so count as a failure? Who stops a container with SIGKILL has his reason; the kernel, for want of memory, has none that the user shares. */
export const hasFailed = ({ code, signal, wasOom }: { readonly code?: number; readonly signal?: number; readonly wasOom: boolean }): boolean =>
  wasOom || (code !== undefined && code !== 0) || (signal !== undefined && signal !== SIGKILL && signal !== SIGHUP && signal !== SIGINT);
/** reboot(2) inside ends init with SIGHUP, a power-off with SIGINT. */
const [SIGHUP, SIGINT, SIGKILL] = [1, 2, 9];

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** Before the next try, when so many have failed in a row. */
export const pauseBefore = (failures: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1));
