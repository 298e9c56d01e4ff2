// Owns what tests of restart policies ask and set: a container's policy, what is told of its restarts, its monitors.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, works } from "./place.ts";
import type { Place } from "./place.ts";

export interface Info { readonly state: string; readonly restarts?: { readonly count: number; readonly at?: string; readonly end?: string } }
export interface Policies {
  /** Its config as it is now, and from here on with a policy, and an init in place of busybox's. */
  readonly policy: (restart: string, init?: string, more?: string) => void;
  readonly info: () => Info;
  readonly restarts: () => Info["restarts"];
  readonly monitors: () => readonly string[];
  /** Long enough to be caught: the fourth pause is 800 ms. */
  readonly waitsLong: () => Promise<void>;
}

export function policiesOf(place: Place): Policies {
  const config = join(place.lxcpath, place.name, "config");
  const plain = readFileSync(config, "utf8");
  const info = (): Info => JSON.parse(works(place, "lxc-info", ["-n", place.name, "--format", "json"]));
  return {
    info, restarts: () => info().restarts,
    policy: (restart, init, more = "") => writeFileSync(config, `${plain}${more}\nberth.restart = ${restart}\n${init === undefined ? "" : `lxc.init.cmd = /bin/sh -c "${init}"\n`}`),
    monitors: () => spawnSync("pgrep", ["-fx", `\\[lxc monitor\\] ${place.lxcpath} ${place.name}`], { encoding: "utf8" }).stdout.split("\n").filter((pid) => pid !== ""),
    waitsLong: () => eventually("it waits for a while", () => { const now = info(); return now.state === "STOPPED" && now.restarts?.at !== undefined && now.restarts.count >= 4; }),
  };
}
