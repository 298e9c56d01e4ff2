// Owns making a Debian root file system by debootstrap, for hosts without mmdebstrap: as root, from one mirror.
import { existsSync } from "node:fs";
import type { AptSource } from "./apt-sources.ts";

/** What debootstrap can be told of a source: one archive, its suite as a whole. */
export interface Mirror { readonly url: string; readonly components: readonly string[]; /** File with its keys. */ readonly keyring?: string }

const SCRIPTS = "/usr/share/debootstrap/scripts";
const mirror = (url: string, components: readonly string[], keyring: string | undefined): Mirror => ({ url, components, ...(keyring?.startsWith("/") === true ? { keyring } : {}) });

function ofLine(text: string, suite: string): Mirror | undefined {
  const [, options = "", url = "", name, components = ""] = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(text.trim()) ?? [];
  return name === suite ? mirror(url, components.trim().split(/\s+/), /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1]) : undefined;
}

function ofStanza(text: string, suite: string): Mirror | undefined {
  const words = (name: string): readonly string[] => (new RegExp(`^${name}:(.*(?:\\n[ \\t].*)*)`, "im").exec(text)?.[1] ?? "").trim().split(/\s+/).filter((word) => word !== "");
  const [url] = words("URIs");
  return url !== undefined && words("Suites").includes(suite) ? mirror(url, words("Components"), words("Signed-By")[0]) : undefined;
}

/** The first that has the suite itself; updates and security are other suites. */
export const mirrorOf = (sources: readonly AptSource[], suite: string): Mirror | undefined =>
  sources.map(({ text, format }) => (format === "line" ? ofLine(text, suite) : ofStanza(text, suite))).find((found) => found !== undefined);

export interface BootstrapWish {
  readonly scratch: string;
  /** The archive. */
  readonly target: string;
  readonly suite: string;
  readonly dist: "debian" | "ubuntu";
  readonly mirror: Mirror;
  readonly keyring?: string;
  readonly arch?: string;
  readonly packages: readonly string[];
  readonly variant: "minbase" | "buildd" | "important";
  /** Shell, with the root file system as $1. */
  readonly customize: string;
}

/** The same system that mmdebstrap would make: without manuals and translations, with the sources it came from. */
const SCRIPT = `scratch=$1; target=$2; customize=$3; shift 3; root=$scratch/root
debootstrap "$@" >&2
for folder in doc man locale; do find "$root/usr/share/$folder" -mindepth 1 ! -type d ! -name copyright -delete 2>/dev/null || :; done
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/var/log/bootstrap.log
mkdir -p "$root/etc/apt/sources.list.d"; : > "$root/etc/apt/sources.list"
for file in "$scratch"/*.list "$scratch"/*.sources; do if [ -e "$file" ]; then cp "$file" "$root/etc/apt/sources.list.d/"; fi; done
sh -ec "$customize" sh "$root"
exec tar --create --file="$target" --numeric-owner --one-file-system --xattrs '--xattrs-include=*' --acls '--exclude=./dev/*' '--exclude=./proc/*' '--exclude=./sys/*' -C "$root" .`;

/** A release that is younger than this debootstrap is made as its family is. */
const scriptOf = (dist: "debian" | "ubuntu", suite: string): readonly string[] => (existsSync(`${SCRIPTS}/${suite}`) ? [] : [`${SCRIPTS}/${dist === "ubuntu" ? "gutsy" : "sid"}`]);

/** In namespaces of its own: what debootstrap mounts or starts goes away with it, however it ends. */
export function bootstrapCommand({ scratch, target, variant, suite, dist, mirror: from, keyring, arch, packages, customize }: BootstrapWish): readonly string[] {
  const keys = keyring ?? from.keyring;
  return [
    "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-ec", SCRIPT, "sh", scratch, target, customize,
    ...(variant === "important" ? [] : [`--variant=${variant}`]), `--include=${packages.join(",")}`, `--components=${from.components.join(",")}`, "--force-check-gpg", ...(keys === undefined ? [] : [`--keyring=${keys}`]), ...(arch === undefined ? [] : [`--arch=${arch}`]),
    suite, `${scratch}/root`, from.url, ...scriptOf(dist, suite),
  ];
}
