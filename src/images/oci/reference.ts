// Owns where an OCI image is: `docker://registry/name:tag`, `oci:DIRECTORY:tag`, `docker-archive:FILE`, in the words of skopeo(1).
import { statSync } from "node:fs";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import { DIGEST } from "../digest.ts";

export type OciPlace =
  | { readonly kind: "registry"; readonly registry: string; readonly name: string; readonly tag: string; readonly digest?: string }
  | { readonly kind: "layout"; readonly path: string; readonly tag?: string }
  | { readonly kind: "archive"; readonly path: string; readonly tag?: string };

const HUB = "registry-1.docker.io";
const at = byOption("--url");
/** The distribution specification's grammar. */
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** A first word with a dot, a port, or `localhost` is a server; else the image is Docker Hub's. */
function registryPlace(text: string): Result<OciPlace> {
  const refuse = (cause: string): Result<never> => fail({ code: "option.value", at, text: `'${text}' does not name an image`, cause, remedy: "as in docker://registry.example.org/team/app:1.0" });
  const [reference = "", digest] = text.split("@");
  const slash = reference.indexOf("/");
  const first = slash < 0 ? "" : reference.slice(0, slash);
  const isServer = /[.:]/.test(first) || first === "localhost";
  const rest = isServer ? reference.slice(slash + 1) : reference;
  const colon = rest.lastIndexOf(":");
  const [name, tag] = colon > rest.lastIndexOf("/") ? [rest.slice(0, colon), rest.slice(colon + 1)] : [rest, "latest"];
  const isHub = !isServer || first === "docker.io" || first === "index.docker.io";
  const full = isHub && !name.includes("/") ? `library/${name}` : name;
  if (!NAME.test(full)) return refuse(`'${name}' is no name of an image`);
  if (!TAG.test(tag)) return refuse(`'${tag}' is no tag`);
  if (digest !== undefined && !DIGEST.test(digest)) return refuse(`'${digest}' is no digest`);
  return ok({ kind: "registry", registry: isHub ? HUB : first, name: full, tag, ...(digest === undefined ? {} : { digest }) });
}

/** `PATH[:TAG]`: a path may have a colon too. */
function pathPlace(kind: "layout" | "archive", text: string, cwd: string): OciPlace {
  const whole = text.startsWith("/") ? text : `${cwd}/${text}`;
  const colon = whole.lastIndexOf(":");
  const isWhole = statSync(whole, { throwIfNoEntry: false }) !== undefined;
  if (isWhole || colon <= whole.lastIndexOf("/")) return { kind, path: whole };
  return { kind, path: whole.slice(0, colon), tag: whole.slice(colon + 1) };
}

const isThere = (text: string, cwd: string): boolean => {
  const place = pathPlace("layout", text, cwd);
  return place.kind === "layout" && statSync(place.path, { throwIfNoEntry: false })?.isDirectory() === true;
};

export function parseOciUrl(url: string, cwd: string): Result<OciPlace> {
  const [, scheme = "", rest = ""] = /^([a-z-]+):(?:\/\/)?(.+)$/.exec(url) ?? [];
  switch (scheme) {
    case "docker": return registryPlace(rest);
    case "docker-archive": case "oci-archive": return ok(pathPlace("archive", rest, cwd));
    case "oci": return /^[./]/.test(rest) || isThere(rest, cwd) ? ok(pathPlace("layout", rest, cwd)) : registryPlace(rest);
    default: return url.startsWith("/") || url.startsWith("./") ? ok(statSync(pathPlace("layout", url, cwd).kind === "layout" ? url : url, { throwIfNoEntry: false })?.isFile() === true ? pathPlace("archive", url, cwd) : pathPlace("layout", url, cwd)) : registryPlace(url);
  }
}
