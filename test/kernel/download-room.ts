// Owns where the tests of -t download happen: a server, a place with a cache of its own, and lxc-create run beside the server.
import { afterAll, beforeAll, beforeEach, expect } from "bun:test";
import { spawn } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImages, startServer, type ImageServer } from "./image-server.ts";
import { DIST, argvFor, ended, leavePlace, makePlace, works, type Kind, type Place, type Ran } from "./place.ts";

export interface Wish { readonly args: readonly string[]; readonly input?: string; readonly env?: Readonly<Record<string, string>>; readonly template?: string; readonly more?: readonly string[] }

export const cacheOf = (place: Place): string => join(place.lxcpath, "in-cache");
export const image = (place: Place, name = "rootfs.tar.xz"): string => join(cacheOf(place), "download/tiny/one/amd64/default", name);
export const destroy = (place: Place): string => works(place, "lxc-destroy", ["-n", place.name]);
export const containers = (place: Place): readonly string[] => readdirSync(place.lxcpath).filter((name) => !name.startsWith("in"));
export const TINY = ["-d", "tiny", "-r", "one", "-a", "amd64"];

/** Runs a command as the place's owner; a server lives in this process, which must be free to answer. */
export async function runBeside(place: Place, argv: readonly string[], { input = "", env = {} }: Pick<Wish, "input" | "env"> = {}): Promise<Ran> {
  const words = Object.entries({ LXC_CACHE_PATH: cacheOf(place), ...env }).map(([key, value]) => `${key}=${value}`);
  const [program = "", ...rest] = argvFor(place, ["env", ...words, ...argv]);
  const child = spawn(program, rest, { stdio: ["pipe", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => { stdout += chunk.toString(); });
  child.stderr.on("data", (chunk: Buffer) => { stderr += chunk.toString(); });
  child.stdin.end(input);
  const closed = new Promise<void>((resolve) => { child.once("close", () => resolve()); });
  const status = await ended(child);
  await closed;
  return { status, stdout, stderr };
}
export const download = (place: Place, wish: Wish): Promise<Ran> =>
  runBeside(place, [join(DIST, "bin/lxc-create"), "-P", place.lxcpath, "-n", place.name, "-f", join(place.lxcpath, "in.conf"), "-t", wish.template ?? "download", ...(wish.more ?? []), "--", ...wish.args], wish);

/** The place with /var/cache/lxc of its own, root's, and commands of its owner with the owner's own cache. */
export function withRootsCache(place: Place): { readonly asRoot: Place; readonly asOwner: Place; readonly env: Readonly<Record<string, string>> } {
  const folder = join(place.lxcpath, "in-roots");
  mkdirSync(folder);
  const there: Place = { ...place, into: ["unshare", "--mount", "sh", "-c", `mkdir -p /var/cache/lxc && mount --bind ${folder} /var/cache/lxc && exec "$@"`, "sh"] };
  const { user: _, ...asRoot } = there;
  return { asRoot, asOwner: there, env: { LXC_CACHE_PATH: "" } };
}

export function makeDownloadPlace(kind: Kind): Place {
  const place = makePlace(kind);
  writeFileSync(join(place.lxcpath, "in.conf"), `${place.config.join("\n")}\n`);
  mkdirSync(cacheOf(place));
  if (place.user !== undefined) chownSync(cacheOf(place), place.user.uid, place.user.gid);
  return place;
}
export async function inPlace(kind: Kind, body: (place: Place) => Promise<void>): Promise<void> {
  const place = makeDownloadPlace(kind);
  try {
    await body(place);
  } finally {
    await leavePlace(place);
  }
}

export interface Room { readonly root: () => string; readonly server: () => ImageServer; readonly tiny: (...more: readonly string[]) => readonly string[]; readonly made: (place: Place, ...more: readonly string[]) => Promise<Ran> }

/** A server for all tests of a file. */
export function downloadRoom(): Room {
  let root: string | undefined;
  let server: ImageServer | undefined;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "berth-images-test-"));
    buildImages(root);
    server = await startServer(root);
  }, 60_000);
  afterAll(async () => {
    await server?.close();
    rmSync(root ?? "", { recursive: true, force: true });
  });
  beforeEach(() => server?.forget());
  const there = <T>(value: T | undefined): T => { if (value === undefined) throw new Error("the room is not open"); return value; };
  const tiny = (...more: readonly string[]): readonly string[] => ["--server", there(server).url, ...TINY, ...more];
  return {
    root: () => there(root), server: () => there(server), tiny,
    made: async (place, ...more) => {
      const ran = await download(place, { args: tiny(...more) });
      expect({ status: ran.status, stderr: ran.status === 0 ? "" : ran.stderr }).toEqual({ status: 0, stderr: "" });
      return ran;
    },
  };
}
