// Owns Project: containers, networks and volumes as somebody wants them, every field concrete.
import type { PortWish } from "../linux/port-words.ts";
import type { Origin } from "./origin.ts";

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
