// Owns Container: a container by its name, with what can be done to it. Thin: each method is a verb, and problems are thrown.
import type { ConfigKey } from "../config/index.ts";
import type { State, StateEvent } from "../model/state.ts";
import type { ContainerStats } from "../model/stats.ts";
import type { Plan } from "../isa/op.ts";
import type { Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { oomKillsOf } from "../host/probe/oom-kills.ts";
import { readStateRecord } from "../host/store/records.ts";
import { attach } from "../runtime/attach.ts";
import { configGet } from "../runtime/config-get.ts";
import { configSet } from "../runtime/config-set.ts";
import { copy } from "../runtime/copy.ts";
import { destroy } from "../runtime/destroy.ts";
import { events } from "../runtime/events.ts";
import { freeze } from "../runtime/freeze.ts";
import { info } from "../runtime/info.ts";
import { libraryRequest, type LibraryRequestOptions } from "../runtime/library-request.ts";
import { targetOf } from "../runtime/lxcpath.ts";
import { BACKGROUND_START, PLAIN_ATTACH, PLAIN_STOP } from "../runtime/plain-options.ts";
import { launch, run } from "../runtime/run.ts";
import { start } from "../runtime/start.ts";
import { stats } from "../runtime/stats.ts";
import { restore } from "../runtime/restore.ts";
import { snapshot, snapshots } from "../runtime/snapshot.ts";
import type { Snapshot } from "../runtime/storage-verbs.ts";
import { stop } from "../runtime/stop.ts";
import type { ContainerInfo, Target } from "../runtime/verbs.ts";
import { wait } from "../runtime/wait.ts";
import { checkEngine, checkExec, checkSeconds, checkStates } from "./checks.ts";
import { need } from "./error.ts";
import { readFrom, writeTo, type WriteOptions } from "./files.ts";
import { Execution, type ExecOptions, type ExecOutput } from "./execution.ts";

/** Where a container is. */
export interface ContainerOptions extends LibraryRequestOptions {
  /** The directory that it is in; `lxc.lxcpath` of lxc.conf unless said. */
  readonly lxcpath?: string;
}

const DEFAULT_STOP_SECONDS = 60;
const PLAIN_SIZE = { rows: 24, columns: 80 } as const;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A container by its name, with what can be done to it. Each method is a verb; problems are thrown as a BerthError. */
export class Container {
  /** As lxc-ls shows it. */
  readonly name: string;
  /** The directory that it is in, absolute. */
  readonly lxcpath: string;
  readonly #request: Request;

  /** Throws `name.invalid`, `engine.missing`. */
  constructor(name: string, options: ContainerOptions = {}) {
    this.#request = libraryRequest(options);
    checkEngine(this.#request);
    const target = need(targetOf(this.#request, typeof name === "string" ? name : "", options.lxcpath));
    [this.name, this.lxcpath] = [target.name, target.lxcpath];
  }

  get #target(): Target { return { name: this.name, lxcpath: this.lxcpath }; }
  async #run(plan: Promise<Result<Plan>>): Promise<void> { need(await run(this.#request, need(await plan))); }

  /** Resolves when its init has been executed. `define`: `KEY=VALUE` of its config, for this run. Rejects with the problems of the verb `start`. */
  start(options: { readonly define?: readonly string[] } = {}): Promise<void> {
    return this.#run(start(this.#request, this.#target, { ...BACKGROUND_START, define: options.define ?? [] }));
  }
  /** Asks its init to shut down, and kills it after that many seconds; 0 kills it at once. Rejects with `container.stopped`. */
  async stop({ seconds = DEFAULT_STOP_SECONDS }: { readonly seconds?: number } = {}): Promise<void> {
    checkSeconds(seconds);
    await this.#run(stop(this.#request, this.#target, { ...PLAIN_STOP, isKill: seconds === 0, timeout: seconds }));
  }
  /** All its processes stay where they are, until `unfreeze`. Rejects with `container.stopped`, `cgroup.undelegated`. */
  freeze(): Promise<void> { return this.#run(freeze(this.#request, this.#target, { isFrozen: true })); }
  /** They go on. */
  unfreeze(): Promise<void> { return this.#run(freeze(this.#request, this.#target, { isFrozen: false })); }
  /** `force`: also while it runs. Snapshots go with it. Rejects with `container.running`, `container.clones`, `container.missing`. */
  async destroy({ force = false }: { readonly force?: boolean } = {}): Promise<void> {
    need(await destroy(this.#request, this.#target, { isForced: force, withSnapshots: true }));
  }
  /** A whole copy under another name, in the same lxcpath; it must be stopped. Rejects with `container.running`, `container.exists`, `storage.full`. */
  async copy(name: string): Promise<Container> {
    const to = new Container(name, { ...this.#own(), lxcpath: this.lxcpath });
    need(await copy(this.#request, this.#target, { to: { name: to.name, lxcpath: to.lxcpath }, keepsName: false, keepsAddresses: false, hookArgs: [], mayRun: false, isSnapshot: false }));
    return to;
  }
  #own(): LibraryRequestOptions { return { prefix: this.#request.prefix, cwd: this.#request.cwd, env: this.#request.env }; }

  /** `STOPPED`, `RUNNING`, `FROZEN` … Source: lxc-info -s. */
  async state(): Promise<State> { return (await this.info()).state; }
  /** What lxc-info(1) tells; numbers of bytes and nanoseconds with `stats`. Rejects with `container.missing`. */
  async info(needs: { readonly stats?: boolean; readonly ips?: boolean } = {}): Promise<ContainerInfo> {
    return need(await info(this.#request, this.#target, { stats: needs.stats ?? false, ips: needs.ips ?? true }));
  }
  /** What its cgroups count; undefined: it does not run. Rejects with `container.missing`. */
  async stats(): Promise<ContainerStats | undefined> {
    if (await this.state() === "STOPPED") return undefined;
    const found = await stats(this.#request, this.lxcpath, [this.name]);
    return !found.ok && found.problems[0]?.code === "container.stopped" ? undefined : need(found)[0];
  }
  /** Until it is in one of these states. false: so many seconds were over; -1, unless said, waits for ever. */
  async wait(states: State | readonly State[], { seconds = -1 }: { readonly seconds?: number } = {}): Promise<boolean> {
    const wanted = typeof states === "string" ? [states] : states;
    checkStates(wanted);
    return need(await wait(this.#request, this.#target, wanted, seconds));
  }
  /** Each change of its state, as it happens, until `signal` is aborted or the loop is left. */
  async *events(signal?: AbortSignal): AsyncGenerator<StateEvent, void, void> {
    yield* follow((on, end) => events(this.#request, { lxcpaths: [this.lxcpath], isWanted: (name) => name === this.name, on, end }), signal);
  }

  /** Values of a key, with what is included and defaults: of a list one for each item, of a scalar one. Rejects with `config.missing`. */
  async config(key: ConfigKey): Promise<readonly string[]> {
    return need(await configGet(this.#request, this.#target, key)).values;
  }
  /** Keys given values, at its next start; an empty list takes a key out. Checked as a whole before anything is written. Rejects with `config.value`, `config.conflict`. */
  async configure(changes: Readonly<Partial<Record<ConfigKey, string | readonly string[]>>>): Promise<void> {
    const wishes = Object.entries(changes).map(([key, value]) => ({ key, values: typeof value === "string" ? [value] : value ?? [] }));
    need(await configSet(this.#request, this.#target, wishes));
  }

  /** The bytes of a file inside, as they come. Rejects with `file.inside`, `container.stopped`. */
  read(path: string): AsyncGenerator<Uint8Array, void, void> { return readFrom(this, path); }
  /** A file inside made, or what is in it replaced; text is UTF-8. A source that throws leaves what had come of it. Rejects with `file.inside`, `container.stopped`. */
  write(path: string, source: string | Uint8Array | AsyncIterable<Uint8Array>, options: WriteOptions = {}): Promise<void> { return writeTo(this, path, source, options); }

  /** Keeps it as it is; it must be stopped. Rejects with `container.running`, `storage.full`. */
  async snapshot(comment?: string): Promise<Snapshot> {
    return need(await snapshot(this.#request, this.#target, comment === undefined ? {} : { comment: new TextEncoder().encode(comment) }));
  }
  /** What was kept of it, oldest first. */
  async snapshots(): Promise<readonly Snapshot[]> { return need(await snapshots(this.#request, this.#target)); }
  /** As it was at that snapshot (`snap0`); what has been written since is gone. It must be stopped. Rejects with `container.running`, `container.missing`. */
  async rollback(name: string): Promise<void> { need(await restore(this.#request, this.#target, { snapshot: name })); }
  /** Another container in a layer above this one's files, made in a moment; this one must be stopped, and stays as long as the other. Rejects with `container.running`, `container.exists`, `storage.unsupported`. */
  async fork(name: string): Promise<Container> {
    const to = new Container(name, { ...this.#own(), lxcpath: this.lxcpath });
    need(await copy(this.#request, this.#target, { to: { name: to.name, lxcpath: to.lxcpath }, keepsName: false, keepsAddresses: false, hookArgs: [], mayRun: false, isSnapshot: true }));
    return to;
  }

  /** A command inside, as confined as the container. Resolves when it has been begun; problems of that come with `ended`. Rejects with `container.stopped`, `container.frozen`, `option.value`. */
  async exec(command: readonly string[], options: ExecOptions = {}): Promise<Execution> {
    checkExec(command, options);
    const { env = {}, cwd = "/", uid, gid, signal, timeout, input, tty = false, stdin = input === undefined && tty === false ? "ignore" : "pipe" } = options;
    const isTty = tty !== false;
    const request: Request = { ...this.#request, cwd, isTty: [isTty, isTty, isTty] };
    const setVar = Object.entries({ PATH, ...env }).map(([key, value]) => `${key}=${value}`);
    const plan = need(await attach(request, this.#target, { ...PLAIN_ATTACH, command, setVar, endsWithLauncher: true, closeAllFds: true, ...(isTty ? { size: tty === true ? PLAIN_SIZE : tty } : {}), ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) }));
    const abort = new AbortController();
    const running = launch({ ...request, cwd: "/" }, plan, { stdin, stdout: "pipe", stderr: "pipe", abort: abort.signal, isSized: isTty });
    return new Execution(running, { abort, signal, timeout, oomKills: () => oomKillsOf(readStateRecord(this.#target)?.cgroups ?? []) }, input);
  }

  /** A command inside, run to its end: all that it has written, and how it has ended. Rejects as `exec` does, and when the command could not be run. */
  async output(command: readonly string[], options: ExecOptions = {}): Promise<ExecOutput> { return (await this.exec(command, options)).output(); }
}

/** What is told becomes something to iterate over; nothing is lost between two looks. */
async function* follow<T>(listen: (on: (item: T) => void, end: AbortSignal) => Promise<unknown>, signal: AbortSignal | undefined): AsyncGenerator<T, void, void> {
  const [end, seen]: readonly [AbortController, T[]] = [new AbortController(), []];
  let wake = (): void => undefined;
  const listening = listen((item) => { seen.push(item); wake(); }, signal === undefined ? end.signal : AbortSignal.any([signal, end.signal]));
  let isOver = false;
  listening.then(() => { isOver = true; wake(); }, () => { isOver = true; wake(); });
  try {
    while (!isOver || seen.length > 0) {
      const item = seen.shift();
      if (item !== undefined) yield item;
      else await new Promise<void>((resolve) => { wake = resolve; });
    }
  } finally {
    end.abort();
    await listening;
  }
}

/** A handle; whether there is such a container is said by whatever is asked of it. Throws `name.invalid`. */
export const container = (name: string, options: ContainerOptions = {}): Container => new Container(name, options);
