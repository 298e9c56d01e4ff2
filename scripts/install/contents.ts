// Owns what is installed into a system, and where: commands, engine, planner, completions, manuals, and what the host's init needs at boot.
import { lstatSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DIST } from "../build.ts";

export type Init = "systemd" | "openrc" | "sysvinit" | "none";
export const INITS: readonly Init[] = ["systemd", "openrc", "sysvinit", "none"];

/** `path` as the finished system has it. */
export type Item =
  | { readonly kind: "file"; readonly path: string; readonly mode: number; readonly bytes: Uint8Array }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | { readonly kind: "directory"; readonly path: string };

/** dist/lib is the library for Node; of it only the place where a root file system is mounted belongs to the commands. */
const TREES = ["bin", "libexec", "lib/lxc", "share/bash-completion", "share/fish", "share/man", "share/zsh", "share/lxc", "share/berth"] as const;

/** What users may do with root's rights: the interfaces that /etc/lxc/lxc-usernet grants them. Only root can give such rights away. */
const isSetUserId = (name: string): boolean => name === "lxc-user-nic" && process.geteuid?.() === 0;

const isPage = (name: string): boolean => /\.[15]$/.test(name);

function below(folder: string, to: string): readonly Item[] {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (entries.length === 0) return [{ kind: "directory", path: to }];
  return entries.flatMap((entry): readonly Item[] => {
    const [from, path] = [join(folder, entry.name), `${to}/${entry.name}`];
    if (entry.isDirectory()) return below(from, path);
    if (entry.isSymbolicLink()) return [{ kind: "link", path, target: readlinkSync(from) }];
    const mode = lstatSync(from).mode & 0o777;
    // as Debian has them: man(1) would find its lxc-start.1.gz beside an lxc-start.1
    if (isPage(entry.name)) return [{ kind: "file", path: `${path}.gz`, mode, bytes: gzipSync(readFileSync(from)) }];
    return [{ kind: "file", path, mode: isSetUserId(entry.name) ? mode | 0o4000 : mode, bytes: readFileSync(from) }];
  });
}

function bootFile(name: string, path: string, { prefix, mode = 0o644 }: { readonly prefix: string; readonly mode?: number }): Item {
  const text = readFileSync(join(DIST, "share/berth/boot", name), "utf8").replaceAll("@PREFIX@", prefix);
  return { kind: "file", path, mode, bytes: new TextEncoder().encode(text) };
}

/** Enabled as a package of Debian enables what it brings; a container starts at boot only if its config says so. */
function boot(prefix: string, init: Init): readonly Item[] {
  const script = { prefix, mode: 0o755 };
  switch (init) {
    case "none": return [];
    case "systemd": {
      const units = `${prefix}/lib/systemd`;
      const enabled = (wanted: string, unit: string): Item => ({ kind: "link", path: `/etc/systemd/${wanted}/${unit}`, target: `${units}/${wanted.split("/")[0] ?? ""}/${unit}` });
      return [
        ...["berth.service", "berth@.service", "berth-net.service"].map((name) => bootFile(name, `${units}/system/${name}`, { prefix })),
        bootFile("berth-user.service", `${units}/user/berth.service`, { prefix }),
        enabled("system/multi-user.target.wants", "berth.service"), enabled("system/multi-user.target.wants", "berth-net.service"), enabled("user/default.target.wants", "berth.service"),
      ];
    }
    case "openrc": return [bootFile("berth.openrc", "/etc/init.d/berth", script), { kind: "link", path: "/etc/runlevels/default/berth", target: "/etc/init.d/berth" }];
    case "sysvinit": return [
      bootFile("berth.init", "/etc/init.d/berth", script),
      ...[2, 3, 4, 5].map((level): Item => ({ kind: "link", path: `/etc/rc${level}.d/S20berth`, target: "../init.d/berth" })),
      ...[0, 1, 6].map((level): Item => ({ kind: "link", path: `/etc/rc${level}.d/K80berth`, target: "../init.d/berth" })),
    ];
  }
}

export const contents = (prefix: string, init: Init): readonly Item[] => [...TREES.flatMap((tree) => below(join(DIST, tree), `${prefix}/${tree}`)), ...boot(prefix, init)];
