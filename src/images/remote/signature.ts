// Owns signatures: whose key is trusted, where it comes from, and what gpgv(1) says of a file.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { errorText } from "../../host/error-text.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { fetchPage, textOf, type Net } from "./fetch.ts";

export interface Trust {
  /** For gpgv: keys, not armoured. */
  readonly keyring: string;
  /** Hex digits: the end of the fingerprint of the only key that counts. */
  readonly keyId?: string;
}
export interface TrustWish { readonly keyring?: string; readonly keyId?: string; readonly keyserver?: string }

const KEYSERVER = "hkps://keyserver.ubuntu.com";
/** Eight digits can be had by anybody: such keys have been made. */
const KEY_ID = /^(?:0x)?([0-9A-Fa-f]{16,40})$/;
const KEY_MAX = 4 << 20;
const at = byOption("--keyid");

/** RFC 9580: base64 between the lines, after an empty one, with a checksum. */
export function dearmour(text: string): Uint8Array | undefined {
  const body = /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\n]+\r?\n)*?\s*\r?\n([A-Za-z0-9+/=\s]+?)-----END PGP PUBLIC KEY BLOCK-----/.exec(text)?.[1];
  if (body === undefined) return undefined;
  return Buffer.from(body.split("\n").map((line) => line.trim()).filter((line) => !line.startsWith("=")).join(""), "base64");
}

function keyserverUrl(keyserver: string, keyId: string): string | undefined {
  const [, scheme = "hkp", host] = /^(?:(hkps?|https?):\/\/)?([^/\s]+)\/?$/.exec(keyserver) ?? [];
  if (host === undefined) return undefined;
  const isPlain = scheme === "hkp" || scheme === "http";
  const port = /:\d+$/.test(host) || scheme !== "hkp" ? "" : ":11371";
  return `${isPlain ? "http" : "https"}://${host}${port}/pks/lookup?op=get&options=mr&search=0x${keyId}`;
}

/** RFC 9580: the first bit of a packet is set; or gnupg's own keybox, which gpgv takes too. */
const holdsKeys = (bytes: Uint8Array): boolean => (bytes[0] ?? 0) >= 0x80 || new TextDecoder("latin1").decode(bytes.subarray(8, 12)) === "KBXf";

function withKeyring(bytes: Uint8Array, from: string, { scratch, keyId }: { readonly scratch: string; readonly keyId: string | undefined }): Result<Trust> {
  const keys = dearmour(new TextDecoder("latin1").decode(bytes)) ?? bytes;
  if (!holdsKeys(keys)) return fail({ code: "image.signature", at: byOption("--keyring"), text: `'${from}' holds no key`, remedy: "as gpg --export writes them" });
  const path = `${scratch}/keyring.gpg`;
  writeFileSync(path, keys);
  return ok({ keyring: path, ...(keyId === undefined ? {} : { keyId }) });
}

const unreadable = (keyring: string, error: unknown): Problem => ({ code: "image.signature", at: byOption("--keyring"), text: `cannot read the keyring '${keyring}'`, cause: errorText(error) });

const keyIdProblem = (keyId: string | undefined): Problem | undefined => (keyId === undefined || KEY_ID.test(keyId) ? undefined : { code: "option.value", at, text: `'${keyId}' is not the id of a key`, cause: "shorter ones than 16 hex digits can be forged", remedy: "give the whole fingerprint, or its last 16 digits" });

/** What a copy has been held to, for who wants it again; undefined: to nothing. */
export function trustMark({ keyring, keyId }: TrustWish): Result<string | undefined> {
  if (keyId === undefined && keyring === undefined) return ok(undefined);
  const problem = keyIdProblem(keyId);
  if (problem !== undefined) return fail(problem);
  const hash = createHash("sha256").update(`${(keyId ?? "").toUpperCase()}\n`);
  try {
    return ok((keyring === undefined ? hash : hash.update(readFileSync(keyring))).digest("hex"));
  } catch (error) {
    return fail(unreadable(keyring ?? "", error));
  }
}

/** undefined: no key was given, nothing is looked at. */
export async function findTrust(wish: TrustWish, scratch: string, net: Net): Promise<Result<Trust | undefined>> {
  if (wish.keyId === undefined && wish.keyring === undefined) return ok(undefined);
  const keyId = wish.keyId === undefined ? undefined : KEY_ID.exec(wish.keyId)?.[1]?.toUpperCase();
  const problem = keyIdProblem(wish.keyId);
  if (problem !== undefined) return fail(problem);
  if (wish.keyring !== undefined) {
    try {
      return withKeyring(readFileSync(wish.keyring), wish.keyring, { scratch, keyId });
    } catch (error) {
      return fail(unreadable(wish.keyring, error));
    }
  }
  const url = keyserverUrl(wish.keyserver ?? KEYSERVER, keyId ?? "");
  if (url === undefined) return fail({ code: "option.value", at: byOption("--keyserver"), text: `'${wish.keyserver ?? ""}' is not a key server`, remedy: "as in hkps://keyserver.ubuntu.com" });
  const page = await fetchPage(url, net, KEY_MAX);
  if (!page.ok) return fail({ ...page.problem, code: "image.signature", remedy: "give the key as a file with --keyring, or another --keyserver" });
  return withKeyring(new TextEncoder().encode(textOf(page.value)), url, { scratch, keyId });
}

interface Said { readonly status: number | undefined; readonly out: string; readonly err: string }

function gpgv(args: readonly string[]): Promise<Said> {
  return new Promise((resolve) => {
    const child = spawn("gpgv", args, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" }, cwd: "/" });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Uint8Array) => { out += new TextDecoder().decode(chunk); });
    child.stderr.on("data", (chunk: Uint8Array) => { err += new TextDecoder().decode(chunk); });
    child.once("error", (error) => { if (child.pid === undefined) resolve({ status: undefined, out, err: error.message }); });
    child.once("close", (status) => resolve({ status: status ?? 128, out, err }));
  });
}

/** gnupg's doc/DETAILS: VALIDSIG has the fingerprint of the key, and last that of its primary key. */
const signers = (out: string): readonly string[] => out.split("\n").flatMap((line) => {
  const words = line.split(" ");
  return words[1] === "VALIDSIG" ? [words[2] ?? "", words.at(-1) ?? ""] : [];
});

function judge(said: Said, trust: Trust, what: string): Problem | undefined {
  if (said.status === undefined) return { code: "image.signature", text: "gpgv is not installed", cause: "it checks signatures", remedy: "apt-get install gpgv (as root), or --no-validate to do without" };
  const last = said.err.split("\n").filter((line) => line !== "").at(-1)?.replace(/^gpgv: /, "");
  const unknown = /^\[GNUPG:\] NO_PUBKEY ([0-9A-F]+)/m.exec(said.out)?.[1];
  if (unknown !== undefined) return { code: "image.signature", text: `'${what}' is signed by a key that is not among those given`, cause: `it is ${unknown}`, remedy: "check whose key that is, and give it with --keyring or --keyid if it is the right one" };
  if (said.status !== 0) return { code: "image.signature", text: `the signature of '${what}' is not good`, ...(last === undefined ? {} : { cause: last }), remedy: "somebody may have changed it: try another server, and check the key" };
  const { keyId } = trust;
  if (keyId !== undefined && !signers(said.out).some((fingerprint) => fingerprint.endsWith(keyId))) return { code: "image.signature", text: `'${what}' is signed by another key than ${keyId}`, cause: `it is ${signers(said.out)[0] ?? "unknown"}` };
  return undefined;
}

/** A file and the signature that lies beside it. */
export const checkDetached = async (file: string, signature: string, trust: Trust, what: string): Promise<Problem | undefined> =>
  judge(await gpgv(["--status-fd", "1", "--keyring", trust.keyring, signature, file]), trust, what);

/** A text with its signature around it: what has been signed goes to `to`, and only that counts. */
export const openSigned = async (file: string, to: string, trust: Trust, what: string): Promise<Problem | undefined> =>
  judge(await gpgv(["--status-fd", "1", "--keyring", trust.keyring, "--output", to, file]), trust, what);
