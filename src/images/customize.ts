// Owns what a new system is given of its own: keys, a user, cloud-init's data. Read on the host, by the caller, before anything is made.
import { existsSync, readFileSync, statSync } from "node:fs";
import { errorText } from "../host/error-text.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Result } from "../model/problem.ts";

export interface OwnUser { readonly name: string; readonly password?: string; /** Of the host, where its home is shared. */ readonly uid?: number; readonly gid?: number; readonly home?: string }
export interface Customize {
  /** Lines of authorized_keys. */
  readonly sshKeys: readonly string[];
  readonly user?: OwnUser;
  readonly hostname?: string;
  readonly userData?: string;
  readonly vendorData?: string;
  /** What cloud-init knows this system by; absent: made up. */
  readonly instanceId?: string;
  /** Units of systemd that do not start: `tmp.mount`. */
  readonly masked?: readonly string[];
  /** Its /etc/hosts, where there is none, knows its name. */
  readonly knowsItself?: boolean;
}
export const NOTHING: Customize = { sshKeys: [] };

export interface CustomizeWish {
  readonly sshKeys: readonly string[];
  readonly user?: string;
  readonly password?: string;
  readonly hostname?: string;
  readonly userData?: string;
  readonly vendorData?: string;
  readonly cwd: string;
}

const FILE_MAX = 1 << 20;
const KEY = /^(?:[\w@.,="*-]+ +)?(ssh-(rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-\S+) [A-Za-z0-9+/=]+/;
const USER = /^[a-z_][a-z0-9_-]{0,31}$/;
const HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/;

function readFile(path: string, option: string): Result<string> {
  try {
    if (statSync(path).size > FILE_MAX) return fail({ code: "option.value", at: byOption(option), text: `'${path}' is larger than 1 MB` });
    return ok(readFileSync(path, "utf8"));
  } catch (error) {
    return fail({ code: "option.value", at: byOption(option), text: `cannot read '${path}'`, cause: errorText(error) });
  }
}

const absolute = (cwd: string, path: string): string => (path.startsWith("/") ? path : `${cwd}/${path}`);

/** The key itself, or a file with some. A private one stays where it is. */
function keysOf(word: string, cwd: string): Result<readonly string[]> {
  if (KEY.test(word)) return ok([word.trim()]);
  const path = absolute(cwd, word);
  const text = readFile(path, "--ssh-key");
  if (!text.ok) return text;
  if (text.value.includes("PRIVATE KEY")) return fail({ code: "option.value", at: byOption("--ssh-key"), text: `'${path}' is a private key`, remedy: existsSync(`${path}.pub`) ? `the public one is ${path}.pub` : "give the file that ends in .pub" });
  const lines = text.value.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  const bad = lines.find((line) => !KEY.test(line));
  return lines.length === 0 || bad !== undefined ? fail({ code: "option.value", at: byOption("--ssh-key"), text: `'${path}' holds no public key of ssh`, remedy: "as ssh-keygen writes it to ~/.ssh/id_ed25519.pub" }) : ok(lines);
}

function textOf(path: string | undefined, option: string, cwd: string): Result<string | undefined> {
  return path === undefined ? ok(undefined) : readFile(absolute(cwd, path), option);
}

export function readCustomize(wish: CustomizeWish): Result<Customize> {
  const { user, password, hostname, cwd } = wish;
  const sshKeys: string[] = [];
  for (const word of wish.sshKeys) {
    const keys = keysOf(word, cwd);
    if (!keys.ok) return keys;
    sshKeys.push(...keys.value);
  }
  if (user !== undefined && !USER.test(user)) return fail({ code: "option.value", at: byOption("--user"), text: `'${user}' is no name of a user`, remedy: "lower case letters, digits, - and _, not beginning with a digit" });
  if (user === "root") return fail({ code: "option.value", at: byOption("--user"), text: "root is in each system already", remedy: "keys for ssh let root in, too" });
  if (hostname !== undefined && !HOST.test(hostname)) return fail({ code: "option.value", at: byOption("--hostname"), text: `'${hostname}' is no name of a host` });
  const [userData, vendorData] = [textOf(wish.userData, "--user-data", cwd), textOf(wish.vendorData, "--vendor-data", cwd)];
  if (!userData.ok) return userData;
  if (!vendorData.ok) return vendorData;
  return ok({
    sshKeys, ...(user === undefined ? {} : { user: { name: user, ...(password === undefined ? {} : { password }) } }), ...(hostname === undefined ? {} : { hostname }),
    ...(userData.value === undefined ? {} : { userData: userData.value }), ...(vendorData.value === undefined ? {} : { vendorData: vendorData.value }),
  });
}

/** What the command line says wins over what a template has by itself. */
export const joined = (template: Customize | undefined, own: Customize): Customize => ({ ...template, ...own, sshKeys: [...(template?.sshKeys ?? []), ...own.sshKeys] });
