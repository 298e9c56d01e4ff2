// Owns the writing side of a copy: where what comes is placed, each item in its turn, and what is told of it at the end.
import { spawnSync } from "node:child_process";
import { chmodSync, closeSync, lchownSync, mkdirSync } from "node:fs";
import { errnoName } from "../../linux/errno.ts";
import { errorCode } from "../read-text.ts";
import type { Told, UnpackOrder } from "./order.ts";
import { beneath, findSpot, itself, kindAt, openDirectory, refusal, type Spot } from "./spot.ts";
import { Unpacking } from "./unpack.ts";
import { WireReader, type Bytes, type Complaint, type Item } from "./wire.ts";
import { writeXattrs } from "./xattrs.ts";

const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
interface Place { readonly into: number; readonly as?: Bytes }

const makerOf = ({ owner }: UnpackOrder) => (spot: Spot): void => {
  if (owner !== undefined) lchownSync(beneath(spot), owner.uid, owner.gid);
  chmodSync(beneath(spot), 0o755);
};

function opened(spot: Spot): number {
  const into = openDirectory(spot);
  closeSync(spot.directory);
  return into;
}

/** In a directory that is there; else under that name. */
function placeOf(root: number, order: UnpackOrder): Place {
  const spot = findSpot(root, order.path, { isFollowed: true, ...(order.makesParents ? { make: makerOf(order) } : {}) });
  const kind = spot.name === "" ? "directory" : kindAt(spot);
  if (kind === "directory") {
    if (order.isStream) throw refusal("EISDIR");
    if (spot.name === "") return { into: spot.directory };
    return { into: opened(spot) };
  }
  if (order.isDirectory && order.makesParents && kind === undefined) {
    mkdirSync(beneath(spot), 0o700);
    makerOf(order)(spot);
    return { into: opened(spot) };
  }
  if (order.isDirectory) throw refusal(kind === undefined ? "ENOENT" : "ENOTDIR");
  return { into: spot.directory, as: spot.name };
}

export class Receiver {
  readonly #root: number;
  readonly #order: UnpackOrder;
  readonly #reader = new WireReader();
  readonly #complaints: Complaint[] = [];
  #place: Place | undefined;
  #unpacking: Unpacking | undefined;
  #stopped: Told["stopped"];
  #path: Bytes;
  #isEnded = false;

  /** The root stays open. */
  constructor(root: number, order: UnpackOrder) { [this.#root, this.#order, this.#path] = [root, order, order.path]; }

  get isStopped(): boolean { return this.#stopped !== undefined; }

  /** Before anything comes: a place that cannot be is told at once. */
  begin(): void {
    this.#guarded(() => {
      const { owner, isOwnerWished, keepsAll, random, isHost } = this.#order;
      this.#place = placeOf(this.#root, this.#order);
      this.#unpacking = new Unpacking({ ...this.#place, ...(owner === undefined ? {} : { owner }), keepsOld: !isOwnerWished, keepsAll, mayLose: isHost === true && process.geteuid?.() !== 0, random, umask: process.umask() });
    });
  }
  take(bytes: Uint8Array): void {
    this.#guarded(() => {
      for (const heard of this.#reader.push(bytes)) {
        if (heard.kind === "piece") this.#unpacking?.piece(heard.bytes);
        else this.#item(JSON.parse(heard.text));
      }
    });
  }
  /** What it has come to; whatever is half written goes. */
  finish(): Told {
    if (!this.#isEnded && this.#stopped === undefined) this.#stopped = { path: this.#path, errno: "EPIPE" };
    this.#guarded(() => this.#finishing());
    this.#unpacking?.drop();
    if (this.#place !== undefined) closeSync(this.#place.into);
    this.#place = undefined;
    const { files = 0, bytes = 0 } = this.#unpacking ?? {};
    const complaints = [...this.#complaints, ...(this.#unpacking?.complaints ?? [])];
    return { files, bytes, complaints, ...(this.#stopped === undefined ? {} : { stopped: this.#stopped }) };
  }

  /** What can be done only when all is in its place. */
  #finishing(): void {
    const { keepsAll, engine, isSynced } = this.#order;
    if (this.#place === undefined || this.#unpacking === undefined) return;
    const unset = keepsAll ? writeXattrs(engine, this.#place.into, this.#unpacking.marked) : [];
    for (const { path, name, errno } of unset) this.#complaints.push({ kind: "complaint", path, lost: name, errno: errnoName(errno) ?? "EIO" });
    // the kernel says only then whether the blocks took all of it
    if (isSynced && spawnSync("sync", ["-f", "."], { cwd: itself(this.#place.into), env: { PATH }, stdio: "ignore" }).status !== 0) throw refusal("EIO");
  }
  #item(item: Item): void {
    if (item.kind === "complaint") return void this.#complaints.push(item);
    if (item.kind === "end") {
      this.#unpacking?.end();
      this.#isEnded = true;
      return;
    }
    if (!this.#order.isStream) this.#path = item.path.join("/");
    this.#unpacking?.entry(item);
  }
  #guarded(work: () => void): void {
    if (this.#stopped !== undefined) return;
    try {
      work();
    } catch (error) {
      this.#stopped = { path: this.#path, errno: errorCode(error) };
    }
  }
}
