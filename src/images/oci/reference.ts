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

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

/** `PATH[:TAG]`, where a path may have a colon too, and the tag may be `app:1.0` or `example.org:5000/app:1.0`: the longest path that is there. */
function pathPlace(kind: "layout" | "archive", text: string, cwd: string): OciPlace {
  const whole = text.startsWith("/") ? text : `${cwd}/${text}`;
  if (exists(whole)) return { kind, path: whole };
  for (let colon = whole.lastIndexOf(":"); colon > 0; colon = whole.lastIndexOf(":", colon - 1)) {
    if (exists(whole.slice(0, colon))) return { kind, path: whole.slice(0, colon), tag: whole.slice(colon + 1) };
  }
  const last = whole.lastIndexOf(":");
  return last <= whole.lastIndexOf("/") ? { kind, path: whole } : { kind, path: whole.slice(0, last), tag: whole.slice(last + 1) };
}

const isThere = (text: string, cwd: string): boolean => {
  const place = pathPlace("layout", text, cwd);
  return place.kind === "layout" && statSync(place.path, { throwIfNoEntry: false })?.isDirectory() === true;
};

/** A path by itself: a file is an archive. */
function placeAt(text: string, cwd: string): OciPlace {
  const place = pathPlace("archive", text, cwd);
  return place.kind === "archive" && statSync(place.path, { throwIfNoEntry: false })?.isFile() === true ? place : pathPlace("layout", text, cwd);
}

export function parseOciUrl(url: string, cwd: string): Result<OciPlace> {
  const [, scheme = "", rest = ""] = /^([a-z-]+):(?:\/\/)?(.+)$/.exec(url) ?? [];
  if (/^[a-z-]+:(\/\/)?$/.test(url)) return fail({ code: "option.value", at, text: `'${url}' names no image`, remedy: "as in oci:./layout:1.0, oci:registry.example.org/team/app:1.0, or docker-archive:./save.tar" });
  switch (scheme) {
    case "docker": return registryPlace(rest);
    case "docker-archive": case "oci-archive": return ok(pathPlace("archive", rest, cwd));
    case "oci": return /^[./]/.test(rest) || isThere(rest, cwd) ? ok(pathPlace("layout", rest, cwd)) : registryPlace(rest);
    default: return url.startsWith("/") || url.startsWith("./") ? ok(placeAt(url, cwd)) : registryPlace(url);
  }
}
