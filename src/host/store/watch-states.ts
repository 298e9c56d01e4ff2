// Owns being told of every state that containers come to: inotify on their directories, a connection to each monitor. Nothing is polled.
import { existsSync, statSync, watch, type FSWatcher } from "node:fs";
import type { State, StateEvent, StateRecord } from "../../model/state.ts";
import { statesBetween } from "../../model/state.ts";
import { runPlan } from "../engine/run.ts";
import { waitPlan } from "./changes.ts";
import { containerDir, exitFile, recordDir, type Place } from "./layout.ts";
import { activeContainers, definedContainers } from "./listing.ts";
import { followMonitor, type Feed } from "./monitor-feed.ts";
import { readExitRecord } from "./records.ts";
import { restartsOf } from "./restarts.ts";
import { listeningSockets, runningState } from "./running.ts";

export type OnEvent = (event: StateEvent) => void;

const exitStamp = (place: Place): number => statSync(exitFile(place), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** A monitor's word for what a look at the cgroup has told already. */
const isLate = (heard: State, state: State): boolean => (heard === "FREEZING" && state === "FROZEN") || (heard === "THAWED" && state === "RUNNING");

/** One container: what it was last seen as, and who tells of it. */
class Watched {
  readonly #place: Place;
  readonly #on: OnEvent;
  readonly #engine: string;
  readonly #end = new AbortController();
  readonly #watchers = new Map<string, FSWatcher>();
  #feed: Feed | undefined;
  /** A monitor that does not answer us is not asked again. */
  #isMute = false;
  #isAwaited = false;
  #state: State;
  #record: StateRecord | undefined;
  #exit: number;
  /** The stamp of the exit record when this run began. */
  #exitBefore: number;

  constructor(place: Place, isNew: boolean, { engine, on }: Pick<Watching, "engine" | "on">) {
    this.#place = place;
    this.#on = on;
    this.#engine = engine;
    const now = runningState(place);
    [this.#state, this.#record, this.#exit] = isNew ? ["STOPPED", undefined, 0] : [now.state, now.record, exitStamp(place)];
    this.#exitBefore = this.#exit;
    this.look();
  }

  /** Directories that have appeared since are watched, too; one that has gone takes its watch along. */
  #watchDirectories(): void {
    for (const path of [containerDir(this.#place), recordDir(this.#place)]) {
      if (this.#watchers.has(path) || !existsSync(path)) continue;
      const watcher = watch(path, () => this.look());
      watcher.on("error", () => this.#drop(path));
      this.#watchers.set(path, watcher);
    }
  }
  #drop(path: string): void {
    this.#watchers.get(path)?.close();
    this.#watchers.delete(path);
  }

  #follow(): void {
    if (this.#isMute) return;
    this.#feed ??= followMonitor(this.#place, this.#state, {
      state: (state) => this.#hear(state),
      end: (wasAnswered) => { this.#feed = undefined; this.#isMute = !wasAnswered; this.look(); if (!wasAnswered && this.#record !== undefined) this.#await(this.#record); },
    });
  }

  /** Nobody will tell: the monitor was killed, and init, which is told to die with it, ends in a moment; or it does not answer, as one that is
   * being killed does, whose socket is closed while its process still counts. */
  #await({ initPid = 0, initStart = 0 }: StateRecord): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    const look = (): void => { this.#isAwaited = false; this.look(); };
    runPlan(waitPlan(this.#place, initPid, initStart), { engine: this.#engine, stderr: "ignore", abort: this.#end.signal }).then(look, look);
  }

  /** A monitor's last words may come when the next run has begun: then they are about the one before. */
  #hear(state: State): void {
    if (state === "STOPPED" || state === "STOPPING") this.look();
    else if (this.#state !== "STARTING" && !isLate(state, this.#state)) this.#arrive(state);
  }

  /** How this run ended; undefined: nobody has noted it, or what is noted is about an earlier one. */
  #howItEnded(): Pick<StateEvent, "exit"> {
    const exit = exitStamp(this.#place) === this.#exitBefore ? undefined : readExitRecord(this.#place);
    if (exit === undefined) return {};
    const { code, signal, wasOom, target } = exit;
    return { exit: { ...(code === undefined ? {} : { code }), ...(signal === undefined ? {} : { signal }), wasOom, target } };
  }

  /** Its monitor has noted that before it cleaned up. */
  #whatFollows(): Pick<StateEvent, "restarts"> {
    const restarts = this.#record?.hasPolicy === true ? restartsOf(this.#place, undefined) : undefined;
    return restarts === undefined ? {} : { restarts };
  }

  #arrive(state: State, hasRun = false): void {
    for (const next of statesBetween(this.#state, state, hasRun)) {
      const how = next === "STOPPING" || next === "STOPPED" ? this.#howItEnded() : {};
      if (next === "STARTING") this.#exitBefore = exitStamp(this.#place);
      this.#on({ ...this.#place, state: next, time: new Date().toISOString(), ...how, ...(next === "STOPPED" ? this.#whatFollows() : {}) });
    }
    this.#state = state;
  }

  /** What is there now, and all that must have been between. */
  look(): void {
    this.#watchDirectories();
    if (this.#end.signal.aborted) return;
    const { state, record, stale } = runningState(this.#place);
    const stamp = exitStamp(this.#place);
    const hasEnded = stamp !== this.#exit;
    const isAnother = record?.initPid !== undefined && this.#record?.initPid !== undefined && (record.initPid !== this.#record.initPid || record.initStart !== this.#record.initStart);
    this.#exit = stamp;
    if (record !== undefined) this.#record = record;
    if (isAnother) this.#arrive("STOPPED", true);
    this.#arrive(state, hasEnded);
    if (state === "STOPPED") [this.#record, this.#isMute] = [undefined, false];
    else if (stale !== undefined) this.#await(stale);
    else if (state !== "STARTING") this.#follow();
  }

  close(): void {
    this.#end.abort();
    for (const path of this.#watchers.keys()) this.#drop(path);
    this.#feed?.close();
  }
}

export interface Watching {
  readonly engine: string;
  readonly lxcpaths: readonly string[];
  /** Of which containers; those that appear later are asked about, too. */
  readonly isWanted: (name: string) => boolean;
  readonly on: OnEvent;
}

/** Tells from now on, until it is closed. */
export function watchStates({ lxcpaths, isWanted, engine, on }: Watching): { readonly close: () => void } {
  const containers = new Map<string, Watched>();
  const watchers: FSWatcher[] = [];
  const add = (place: Place, isNew: boolean): void => {
    if (!isWanted(place.name) || containers.has(containerDir(place))) return;
    containers.set(containerDir(place), new Watched(place, isNew, { engine, on }));
  };
  const scan = (lxcpath: string, isNew: boolean): void => {
    for (const name of new Set([...definedContainers(lxcpath), ...activeContainers(lxcpath, listeningSockets())])) add({ lxcpath, name }, isNew);
    for (const [path, one] of containers) {
      if (path.startsWith(`${lxcpath}/`) && !existsSync(path)) { one.look(); one.close(); containers.delete(path); }
    }
  };
  for (const lxcpath of lxcpaths) {
    if (!existsSync(lxcpath)) continue;
    watchers.push(watch(lxcpath, () => scan(lxcpath, true)));
    scan(lxcpath, false);
  }
  return { close: () => { for (const one of [...watchers, ...containers.values()]) one.close(); } };
}
