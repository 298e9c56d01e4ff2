// Owns what becomes of an export's members: the name taken, configs and hooks written, each root file system unpacked by a tar of its own.
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { runPlan } from "../../host/engine/run.ts";
import { containerDir, recordDir } from "../../host/store/layout.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import type { Entry } from "../../linux/tar.ts";
import type { HostFacts } from "../../model/facts.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { planOwn } from "../../plan/lifecycle/create.ts";
import { checkedName } from "../lxcpath.ts";
import { reserve, type Reserved } from "../creating/reserve.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import type { Target } from "../verbs.ts";
import { importedConfig } from "./config.ts";
import type { Sink } from "./in.ts";
import { invalid } from "./in.ts";
import { isDevice, isMember, isOwnFile, leftOutText, linkProblem, lossOf, NOTHING, sum } from "./members.ts";
import { parseManifest, type Manifest } from "./manifest.ts";
import { MANIFEST } from "./out.ts";
import { Unpacking } from "./unpacking.ts";

export interface ReceiverWish {
  readonly request: Request;
  readonly facts: HostFacts;
  readonly lxcpath: string;
  /** undefined: the one it had. */
  readonly name?: string;
  readonly abort: AbortSignal;
}

/** `snaps/snap0/`, or nothing: the container itself; then what of it. */
const MEMBER = /^(?:snaps\/([\w.-]+)\/)?(?:(config|ts|comment)|files\/(.+)|(rootfs)(?:\/.*)?)$/s;

function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  mkdirSync(path, { mode: 0o770 });
  chmodSync(path, 0o770);
}

/** A container or a snapshot of it, as far as it has come. */
interface Section { readonly place: Target; readonly from: string; readonly isSnapshot: boolean; idmap?: readonly IdMapEntry[] }

export class Receiver implements Sink {
  readonly #wish: ReceiverWish;
  #manifest: Manifest | undefined;
  #section: Section | undefined;
  #key = "";
  #unpacking: Unpacking | undefined;
  #leftOut = NOTHING;
  target: Target | undefined;
  reserved: Reserved | undefined;

  constructor(wish: ReceiverWish) { this.#wish = wish; }

  async entry(entry: Entry): Promise<Result<"whole" | "pass" | "skip">> {
    if (this.#manifest === undefined) return entry.path === MANIFEST ? ok("whole") : fail(invalid(`'${entry.path}' is not what an export begins with`));
    const [, snapshot, note, file, tree] = MEMBER.exec(entry.path.replace(/\/+$/, "")) ?? [];
    if (!isMember(entry) || (note ?? file ?? tree) === undefined) return fail(invalid(`'${entry.path}' is none of an export's members`));
    if (file !== undefined && file.startsWith("rootfs/")) return ok("skip"); // it is in the tree, too
    if (file !== undefined && !isOwnFile(file)) return fail(invalid(`'${entry.path}' is none of an export's members`, "a name that is kept for what is recorded of a container"));
    const begun = await this.#enter(snapshot, entry);
    if (begun !== undefined) return fail(begun);
    if (tree === undefined) return entry.type === "0" ? ok("whole") : fail(invalid(`'${entry.path}' is no plain file`));
    return this.#treeEntry(entry, snapshot === undefined ? "rootfs" : `snaps/${snapshot}/rootfs`);
  }

  /** Members of one section stand together. */
  async #enter(snapshot: string | undefined, { path }: Entry): Promise<Problem | undefined> {
    const key = snapshot ?? "";
    if (this.#section !== undefined && key === this.#key) return undefined;
    const ended = await this.#endSection();
    if (ended !== undefined) return ended;
    if (this.target === undefined || this.#manifest === undefined) return invalid(`'${path}' stands before the manifest`);
    const from = snapshot === undefined ? this.#manifest.directory : this.#manifest.snapshots.get(snapshot);
    if (from === undefined || (this.#key !== "" && snapshot === undefined)) return invalid(`'${path}' is of a snapshot that the manifest does not name`);
    const place = snapshot === undefined ? this.target : { lxcpath: `${containerDir(this.target)}/snaps`, name: snapshot };
    // whatever the umask: its creator still writes there when it belongs to the container's root
    if (snapshot !== undefined) for (const directory of [place.lxcpath, containerDir(place)]) makeDirectory(directory);
    this.#key = key;
    this.#section = { place, from, isSnapshot: snapshot !== undefined };
    return undefined;
  }

  async #treeEntry(entry: Entry, prefix: string): Promise<Result<"pass" | "skip">> {
    const outside = linkProblem(entry, prefix);
    if (outside !== undefined) return fail(outside);
    const section = this.#section;
    if (section?.idmap === undefined) return fail(invalid(`'${entry.path}' stands before its config`));
    if (section.idmap.length > 0) {
      this.#leftOut = sum(this.#leftOut, lossOf(entry));
      if (isDevice(entry)) return ok("skip");
    }
    this.#unpacking ??= new Unpacking({ place: section.place, facts: this.#wish.facts, idmap: section.idmap, prefix, scratch: recordDir(this.target ?? section.place), abort: this.#wish.abort });
    return ok("pass");
  }

  async whole({ path, mode }: Entry, content: Uint8Array): Promise<Problem | undefined> {
    if (path === MANIFEST && this.#manifest === undefined) return this.#begin(content);
    const section = this.#section;
    if (section === undefined) return invalid(`'${path}' stands before the manifest`);
    const [, , note, file] = MEMBER.exec(path) ?? [];
    if (note === "config") return this.#config(section, content);
    const to = `${containerDir(section.place)}/${note ?? file ?? ""}`;
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, content, { mode: file === undefined ? 0o640 : mode & 0o777, flag: "wx" });
    return undefined;
  }

  async #begin(content: Uint8Array): Promise<Problem | undefined> {
    const manifest = parseManifest(Buffer.from(content).toString());
    if (manifest === undefined) return invalid("its manifest is not understood");
    const name = checkedName(this.#wish.name ?? manifest.name);
    if (!name.ok) return name.problems[0];
    const target = { lxcpath: this.#wish.lxcpath, name: name.value };
    const reserved = await reserve(target, this.#wish.facts, { rootfs: `${containerDir(target)}/rootfs`, isRootfsOutside: false });
    if (!reserved.ok) return reserved.problems[0];
    this.#manifest = manifest;
    this.target = target;
    this.reserved = reserved.value;
    return undefined;
  }

  async #config(section: Section, content: Uint8Array): Promise<Problem | undefined> {
    const { request, facts } = this.#wish;
    const { place, from, isSnapshot } = section;
    const isRenamed = this.target?.name !== this.#manifest?.name;
    const written = importedConfig({ request, facts, place, from, content, ...(isSnapshot || !isRenamed ? {} : { hostname: place.name }) });
    if (!written.ok) return written.problems[0];
    section.idmap = written.value;
    const rootfs = `${containerDir(place)}/rootfs`;
    mkdirSync(rootfs, { recursive: true, mode: 0o755 });
    if (written.value.length === 0) return undefined;
    const plan = planOwn(place, facts, written.value, [rootfs]);
    return outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine }), `give '${containerDir(place)}' to the container's root`);
  }

  pass(bytes: Uint8Array): Promise<void> { return this.#unpacking?.write(bytes) ?? Promise.resolve(); }

  async #endSection(): Promise<Problem | undefined> {
    const unpacking = this.#unpacking;
    this.#unpacking = undefined;
    const section = this.#section;
    if (unpacking !== undefined) return unpacking.finish();
    return section !== undefined && section.idmap === undefined ? invalid(`the archive has no config for '${section.place.name}'`) : undefined;
  }

  async finish(): Promise<Result<void>> {
    const problem = this.#section === undefined ? invalid("the archive holds no container") : await this.#endSection();
    if (problem !== undefined) return fail(problem);
    return ok(undefined, leftOutText(this.#leftOut));
  }

  /** It is given up. */
  async stop(): Promise<void> {
    const unpacking = this.#unpacking;
    this.#unpacking = undefined;
    await unpacking?.stop();
  }
}
