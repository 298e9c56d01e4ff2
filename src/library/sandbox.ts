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
import { need } from "./error.ts";
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
}

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

/** A running container that belongs to the scope it was made in: `await using box = await sandbox()`. */
export class Sandbox extends Container implements AsyncDisposable {
  /** Stopped and destroyed, with all that was written in it. Rejects with a BerthError where something of it stays. */
  async [Symbol.asyncDispose](): Promise<void> { await this.destroy({ force: true }); }
}

/** Made and started; or rejects with a BerthError, and nothing is left. */
export async function sandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const request = libraryRequest(options);
  const target = need(targetOf(request, options.name ?? `sandbox-${randomHex().slice(0, 12)}`, options.lxcpath));
  await make(request, target, options);
  const box = new Sandbox(target.name, { ...options, lxcpath: target.lxcpath });
  try {
    await box.start();
    return box;
  } catch (error) {
    await box.destroy({ force: true });
    throw error;
  }
}
