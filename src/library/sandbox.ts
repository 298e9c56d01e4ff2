// Owns sandbox(): a container that is made, started and, when its scope ends, gone; root inside is nobody outside.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configText, type ConfigValues } from "../config/index.ts";
import { randomHex } from "../host/probe/kernel.ts";
import { fail } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { configSet } from "../runtime/config-set.ts";
import { copy } from "../runtime/copy.ts";
import { create } from "../runtime/create.ts";
import type { ImageOptions } from "../runtime/images.ts";
import { libraryRequest } from "../runtime/library-request.ts";
import { targetOf } from "../runtime/lxcpath.ts";
import type { CreateOptions, Target } from "../runtime/verbs.ts";
import { Container, type ContainerOptions } from "./container.ts";
import { checkEngine, onlyKnown } from "./checks.ts";
import { isBerthError, need } from "./error.ts";
import { keep, type Keeper } from "./keeper.ts";
import { wholeImageOptions } from "./images.ts";
import { assignments, sandboxIdmap, sandboxLimits, sandboxNetwork, type SandboxLimits, type SandboxMount, type SandboxNetwork } from "./sandbox-config.ts";

export type { SandboxLimits, SandboxMount, SandboxNetwork } from "./sandbox-config.ts";

/** What a sandbox is made of, and what it may. At most one of `image`, `template` and `from`. */
export interface SandboxOptions extends ContainerOptions {
  /** `sandbox-` and some digits unless said. */
  readonly name?: string;
  /** An image by its name, as berth create --image has it: `debian/bookworm`, `docker.io/library/alpine:3`. It is kept for the next time. */
  readonly image?: string;
  /** Where images come from, whose signature and which digest they must have. */
  readonly imageOptions?: Partial<ImageOptions>;
  /** What its root file system is made of, as lxc-create -t has it: a template, an archive, a directory. busybox unless said. */
  readonly template?: string;
  /** Words for the template. */
  readonly templateArgs?: readonly string[];
  /** A stopped container of the same lxcpath; what the sandbox writes goes into a layer of its own. */
  readonly from?: string;
  /** In force before its first process runs; none unless said. */
  readonly limits?: SandboxLimits;
  /** What it sees of the host's files; nothing unless said. */
  readonly mounts?: readonly SandboxMount[];
  /** "none", a loopback and nothing else, unless said; with `from` it is that container's, unless said. */
  readonly network?: "none" | SandboxNetwork;
  /** Aborted: it ends, and nothing is left. */
  readonly signal?: AbortSignal;
  /** Whatever else its config is to say; wins over the words above. */
  readonly config?: ConfigValues;
  /** It stays when this program ends without having destroyed it; else it goes then, however the program has ended. */
  readonly isLasting?: boolean;
}

const WORDS = {
  name: true, image: true, imageOptions: true, template: true, templateArgs: true, from: true, limits: true, mounts: true, network: true, signal: true, config: true, isLasting: true, lxcpath: true, prefix: true, cwd: true, env: true,
} as const satisfies Record<keyof SandboxOptions, true>;

async function layerOver(request: Request, target: Target, from: string, options: SandboxOptions): Promise<void> {
  const source = need(targetOf(request, from, target.lxcpath));
  need(await copy(request, source, { to: target, keepsName: false, keepsAddresses: false, hookArgs: [], mayRun: false, isSnapshot: true }));
  const network = options.network === undefined ? [] : [{ key: "lxc.net", values: [] }, ...assignments(sandboxNetwork(request, options))];
  const values = [...network, ...assignments(sandboxLimits(request, options))];
  if (values.length > 0) need(await configSet(request, target, values));
}

const sourceOf = ({ image, imageOptions = {}, template = "busybox", templateArgs = [] }: SandboxOptions): Pick<CreateOptions, "template" | "templateArgs" | "image"> =>
  (image === undefined ? { template, templateArgs } : { template: "image", templateArgs: [image], image: wholeImageOptions(imageOptions) });

async function make(request: Request, target: Target, options: SandboxOptions): Promise<void> {
  if ([options.image, options.template, options.from].filter((one) => one !== undefined).length > 1) need(fail({ code: "option.conflict", text: "a sandbox is made of one thing: an image, a template, or another container", remedy: "give one of image, template and from" }));
  if (options.from !== undefined) return layerOver(request, target, options.from, options);
  const idmap = options.config?.["lxc.idmap"] === undefined ? sandboxIdmap(request, options) : {};
  const text = need(configText({ ...idmap, ...sandboxNetwork(request, options), ...sandboxLimits(request, options) }));
  const room = mkdtempSync(join(tmpdir(), "berth-sandbox-"));
  try {
    const configFile = join(room, "config");
    writeFileSync(configFile, text);
    need(await create(request, target, { ...sourceOf(options), configFile, isQuiet: true, ...(options.signal === undefined ? {} : { abort: options.signal }) }));
  } finally {
    rmSync(room, { recursive: true });
  }
}

/** A running container that belongs to the scope it was made in: `await using box = await sandbox()`. It does not outlive this program, unless it `isLasting`. */
export class Sandbox extends Container implements AsyncDisposable {
  readonly #keeper: Keeper | undefined;
  /** @internal */
  constructor(name: string, options: ContainerOptions, keeper: Keeper | undefined) {
    super(name, options);
    this.#keeper = keeper;
  }

  /** As of any container: `force` also while it runs, snapshots go with it. Rejects with `container.running`, `container.clones`, `container.missing`. */
  override async destroy(options: { readonly force?: boolean } = {}): Promise<void> {
    await super.destroy(options);
    this.#keeper?.release();
  }
  /** As of any container; it goes with this program as the sandbox does, whose files it stands on. */
  override async fork(name: string): Promise<Container> {
    const made = await super.fork(name);
    this.#keeper?.add(made.name);
    return made;
  }
  /** Stopped and destroyed, with all that was written in it; where it is gone already there is nothing to do. Rejects with a BerthError where something of it stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.destroy({ force: true });
    } catch (error) {
      if (!isBerthError(error) || error.code !== "container.missing") throw error;
      this.#keeper?.release();
    }
  }
}

/** Made and started; or rejects with a BerthError, and nothing is left. */
export async function sandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  onlyKnown("sandbox", options, WORDS);
  const request = libraryRequest(options);
  checkEngine(request);
  const target = need(targetOf(request, options.name ?? `sandbox-${randomHex().slice(0, 12)}`, options.lxcpath));
  const keepIt = (): Keeper | undefined => (options.isLasting === true ? undefined : keep(request, target.lxcpath, target.name));
  const early = options.name === undefined ? keepIt() : undefined; // a name that was given may be somebody's until it has been taken
  try {
    await make(request, target, options);
  } catch (error) {
    early?.release();
    throw error;
  }
  const box = new Sandbox(target.name, { ...options, lxcpath: target.lxcpath }, early ?? keepIt());
  try {
    await box.start();
    return box;
  } catch (error) {
    await box.destroy({ force: true }).catch(() => undefined); // what has gone wrong first is what is to be mended
    throw error;
  }
}
