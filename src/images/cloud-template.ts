// Owns the template `ubuntu-cloud`: Ubuntu's own cloud image, with data for cloud-init.
import { byOption } from "../model/origin.ts";
import { fail, ok, type Result } from "../model/problem.ts";
import { archiveAt } from "./archive.ts";
import { readCustomize, type Customize } from "./customize.ts";
import { optionTemplate } from "./option-template.ts";
import { cacheBase, rootsBase } from "./remote/cache.ts";
import { archOf } from "./remote/entry.ts";
import { obtain } from "./remote/obtain.ts";
import { parseServers } from "./remote/template.ts";
import { TIMEOUT_MS } from "./remote/timeout.ts";
import type { TemplateArgs } from "./remote/template-args.ts";
import type { Made, TemplateWish } from "./templates.ts";

const OPTIONS = [
  { long: "release", short: "r", metavar: "NAME", help: "code name of the release (default: noble)" },
  { long: "arch", short: "a", metavar: "NAME", help: "architecture (default: this machine's)" },
  { long: "stream", short: "s", metavar: "released|daily", help: "which images (default: released)" },
  { long: "server", metavar: "URL", help: "simplestreams server (default: https://cloud-images.ubuntu.com)" },
  { long: "keyring", metavar: "FILE", help: "keys that must have signed" },
  { long: "tarball", short: "T", metavar: "FILE", help: "this archive instead" },
  { long: "userdata", short: "u", metavar: "FILE", help: "user data for cloud-init" },
  { long: "vendordata", metavar: "FILE", help: "vendor data for cloud-init" },
  { long: "auth-key", short: "S", metavar: "FILE", help: "public key that may log in" },
  { long: "hostid", short: "i", metavar: "ID", help: "instance-id for cloud-init (default: one of its own)" },
  { long: "cloud", short: "C", help: "leave the data to the cloud's own service" },
  { long: "nolocales", short: "L", help: "accepted, without meaning" },
  { long: "flush-cache", short: "F", help: "get the image anew" },
  { long: "debug", short: "d", help: "accepted, without meaning" },
] as const;
const SCRIPT = "/usr/share/lxc/templates/lxc-ubuntu-cloud";
const SERVER: Readonly<Record<string, string>> = { released: "https://cloud-images.ubuntu.com/releases", daily: "https://cloud-images.ubuntu.com/daily" };

interface Archive { readonly path: string; readonly metadata?: string }

async function archiveOf(wish: TemplateWish, args: TemplateArgs): Promise<Result<Archive>> {
  const tarball = args.last("tarball");
  if (tarball !== undefined) {
    return ok({ path: tarball.startsWith("/") ? tarball : `${wish.cwd}/${tarball}` });
  }
  const stream = args.last("stream") ?? "released";
  const server = args.last("server") ?? SERVER[stream];
  if (server === undefined) return fail({ code: "option.value", at: byOption("--stream"), text: `there is no stream '${stream}'`, remedy: "released or daily" });
  const servers = parseServers([server]);
  if (!servers.ok) return servers;
  const keyring = args.last("keyring");
  const release = args.last("release") ?? "noble";
  const arch = archOf(args.last("arch") ?? process.arch);
  if (![release, arch].every((word) => /^[a-z0-9][a-z0-9.-]*$/.test(word))) return fail({ code: "option.value", at: byOption("--release"), text: `'${release}' for '${arch}' is no image's name` });
  const got = await obtain({
    servers: servers.value, mode: wish.isMapped ? "user" : "system", trust: keyring === undefined ? {} : { keyring: keyring.startsWith("/") ? keyring : `${wish.cwd}/${keyring}` },
    base: cacheBase(wish.env, wish.isRoot), roots: rootsBase(wish.env, wish.isRoot), engine: wish.engine, say: wish.dialogue.say, net: { env: wish.env, abort: wish.abort, timeoutMs: TIMEOUT_MS, onProgress: wish.onProgress, elsewhere: "name another server with --server, or an archive with --tarball" },
    wanted: { dist: "ubuntu", release, arch, variant: "default" }, isFlushed: args.has("flush-cache"), isForced: false, remedies: { unknown: "take another release with -r, or another stream with -s", absent: "" },
  });
  return got.ok ? ok({ path: got.value.rootfs, ...(got.value.metadata === undefined ? {} : { metadata: got.value.metadata }) }, got.warnings) : got;
}

function ownOf(wish: TemplateWish, args: TemplateArgs): Result<Customize> {
  const [key, userData, vendorData] = ["auth-key", "userdata", "vendordata"].map((name) => args.last(name));
  const own = readCustomize({ sshKeys: key === undefined ? [] : [key], cwd: wish.cwd, ...(userData === undefined ? {} : { userData }), ...(vendorData === undefined ? {} : { vendorData }) });
  if (!own.ok || args.has("cloud")) return own;
  const hostId = args.last("hostid");
  if (hostId !== undefined && !/^[\w.:-]+$/.test(hostId)) return fail({ code: "option.value", at: byOption("--hostid"), text: `'${hostId}' is no id of a host`, remedy: "letters, digits, and . _ : -" });
  // cloud-init gives its own user the keys that its data have
  const keys = own.value.sshKeys.map((line) => `  - ${JSON.stringify(line)}\n`).join("");
  return ok({ ...own.value, ...(hostId === undefined ? {} : { instanceId: hostId }), userData: own.value.userData ?? `#cloud-config\n${keys === "" ? "" : `ssh_authorized_keys:\n${keys}`}` });
}

async function make(wish: TemplateWish, args: TemplateArgs): Promise<Result<Made>> {
  const own = ownOf(wish, args);
  if (!own.ok) return own;
  const archive = await archiveOf(wish, args);
  if (!archive.ok) return archive;
  const { path, metadata } = archive.value;
  const compression = archiveAt(path, { at: byOption("--tarball") });
  if (!compression.ok) return compression;
  return ok({ kind: "archive", path, compression: compression.value, template: SCRIPT, own: own.value, shared: { name: "ubuntu-cloud", base: cacheBase(wish.env, wish.isRoot) }, ...(metadata === undefined ? {} : { metadata }) }, archive.warnings);
}

export const cloud = optionTemplate({ name: "ubuntu-cloud", about: "a cloud image of Ubuntu, whose cloud-init finds its data in it.", options: OPTIONS, make });
