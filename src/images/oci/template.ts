// Owns the template `oci`: its options, and where it looks.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { errorText } from "../../host/error-text.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import { givenDigest } from "../digest.ts";
import { optionTemplate } from "../option-template.ts";
import { cacheBase, rootsBase } from "../remote/cache.ts";
import { archOf } from "../remote/entry.ts";
import { givenTimeout } from "../remote/timeout.ts";
import type { TemplateArgs } from "../remote/template-args.ts";
import type { Made, TemplateWish } from "../templates.ts";
import { obtainOci } from "./obtain.ts";
import { parseOciUrl } from "./reference.ts";
import type { Login } from "./registry.ts";

const OPTIONS = [
  { long: "url", short: "u", metavar: "URL", help: "docker://REGISTRY/NAME[:TAG][@sha256:…], oci:DIRECTORY[:TAG], docker-archive:FILE[:TAG], oci-archive:FILE[:TAG]" },
  { long: "arch", short: "a", metavar: "NAME", help: "of an image for many kinds of machines (default: this one's)" },
  { long: "username", metavar: "NAME", help: "login at the registry" },
  { long: "password", metavar: "TEXT", help: "its password; others of this machine may see it" },
  { long: "password-file", metavar: "FILE", help: "file with the password" },
  { long: "digest", metavar: "sha256:HEX", help: "of the image's manifest or index: nothing else will do" },
  { long: "dhcp", help: "let the host's dhclient ask for its address" },
  { long: "timeout", metavar: "SECONDS", help: "give a registry up that says nothing for so long (default: 30)" },
  { long: "no-cache", help: "get all of it anew, and keep nothing of it" },
  { long: "mount-helper", metavar: "COMMAND", help: "accepted, without meaning" },
] as const;
const ABOUT = "an image of a registry, an OCI layout or an archive of docker save; skopeo and umoci are not needed.";
export const OCI_SCRIPT = "/usr/share/lxc/templates/lxc-oci";
const PASSWORD_MAX = 4096;

function loginOf(args: TemplateArgs, cwd: string): Result<Login | undefined> {
  const [username, file] = [args.last("username"), args.last("password-file")];
  if (username === undefined) return args.has("password") || file !== undefined ? fail({ code: "option.missing", at: byOption("--username"), text: "a password is given, but no --username" }) : ok(undefined);
  try {
    const password = file === undefined ? args.last("password") ?? "" : readFileSync(file.startsWith("/") ? file : `${cwd}/${file}`, "utf8").replace(/\r?\n$/, "");
    return password.length > PASSWORD_MAX ? fail({ code: "option.value", at: byOption("--password-file"), text: `'${file ?? ""}' is no file with a password` }) : ok({ username, password });
  } catch (error) {
    return fail({ code: "option.value", at: byOption("--password-file"), text: `cannot read '${file ?? ""}'`, cause: errorText(error) });
  }
}

async function make(wish: TemplateWish, args: TemplateArgs): Promise<Result<Made>> {
  const url = args.last("url");
  if (url === undefined) return fail({ code: "option.missing", at: byOption("--url"), text: "the template oci needs --url", remedy: "-t oci -- -u docker://registry.example.org/app:1.0" });
  const place = parseOciUrl(url, wish.cwd);
  if (!place.ok) return place;
  const login = loginOf(args, wish.cwd);
  if (!login.ok) return login;
  const timeout = givenTimeout(args.last("timeout"));
  if (!timeout.ok) return timeout;
  const pin = args.last("digest");
  const digest = pin === undefined ? ok(undefined) : givenDigest(pin);
  if (!digest.ok) return digest;
  const base = cacheBase(wish.env, wish.isRoot);
  mkdirSync(base, { recursive: true, mode: 0o755 });
  const scratch = args.has("no-cache") ? mkdtempSync(`${base}/.oci-`) : undefined;
  const got = await obtainOci({
    place: place.value, arch: archOf(args.last("arch") ?? process.arch), base: scratch ?? base, roots: scratch === undefined ? rootsBase(wish.env, wish.isRoot) : undefined, isCheckedLater: true, say: wish.dialogue.say, ...(digest.value === undefined ? {} : { digest: digest.value }), ...(login.value === undefined ? {} : { login: login.value }),
    net: { env: wish.env, abort: wish.abort, timeoutMs: timeout.value, onProgress: wish.onProgress, elsewhere: "name another registry, a layout or an archive with --url" },
  });
  if (!got.ok) {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
    return got;
  }
  return ok({ kind: "layers", layers: got.value.layers, image: got.value.config, isDhcp: args.has("dhcp"), template: OCI_SCRIPT, ...(scratch === undefined ? { shared: { name: url, base } } : { scratch }) });
}

export const oci = optionTemplate({ name: "oci", about: ABOUT, options: OPTIONS, make });
