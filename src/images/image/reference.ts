// Owns what --image and `berth image` may name: `debian/bookworm`, `oci:registry/name:tag`, `file:rootfs.tar.xz`, or an imported one by its name.
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import { parseOciUrl, type OciPlace } from "../oci/reference.ts";

export type ImageRef =
  | { readonly kind: "remote"; readonly text: string; readonly dist: string; readonly release: string; readonly variant: string }
  | { readonly kind: "oci"; readonly text: string; readonly place: OciPlace }
  | { readonly kind: "file"; readonly text: string; readonly path: string }
  | { readonly kind: "named"; readonly text: string };

const OCI = /^(oci|docker|docker-archive|oci-archive):/;
const WORD = /^[A-Za-z0-9][\w.+~@-]*$/;
export const isName = (text: string): boolean => WORD.test(text);

export function parseImage(text: string, cwd: string): Result<ImageRef> {
  if (OCI.test(text)) {
    const place = parseOciUrl(text, cwd);
    return place.ok ? ok({ kind: "oci", text, place: place.value }) : place;
  }
  if (text.startsWith("file:")) {
    const path = text.slice("file:".length);
    return path === "" ? fail({ code: "option.value", at: byOption("--image"), text: "'file:' names no file" }) : ok({ kind: "file", text, path: path.startsWith("/") ? path : `${cwd}/${path}` });
  }
  const words = text.split("/");
  const [dist = "", release = "", variant = "default"] = words;
  if (words.every(isName) && (words.length === 2 || words.length === 3)) return ok({ kind: "remote", text, dist, release, variant });
  if (isName(text)) return ok({ kind: "named", text });
  return fail({ code: "option.value", at: byOption("--image"), text: `'${text}' does not name an image`, remedy: "as in debian/bookworm, oci:registry.example.org/app:1.0, oci:./layout, file:./rootfs.tar.xz, or the name of an imported one" });
}
