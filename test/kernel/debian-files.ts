// Owns what tests make of Debian's packages without dpkg: their files, fetched once; and a small system for images that tests serve, where a
// whole Debian would take half a minute.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { defaultCacheDir, osRelease } from "../../src/images/debian.ts";

function must(line: string, cwd = "/"): void {
  const { status, stderr } = spawnSync("sh", ["-ec", line], { encoding: "utf8", cwd });
  if (status !== 0) throw new Error(`${line}: ${status} ${stderr}`);
}

/** The .deb files of packages and of what they need and this machine has not; fetched once. */
export function debFiles(packages: readonly string[]): readonly string[] {
  const folder = `${defaultCacheDir()}/debs-${osRelease("VERSION_CODENAME") ?? "bookworm"}-${packages.join("-")}`;
  if (!existsSync(`${folder}/whole`)) {
    mkdirSync(`${folder}/partial`, { recursive: true });
    const get = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "--download-only", "--reinstall", "-o", `Dir::Cache::archives=${folder}`, ...packages].join(" ");
    must(`flock ${folder} sh -ec 'test -e ${folder}/whole || { apt-cache show ${packages.join(" ")} > /dev/null 2>&1 || apt-get update -qq; ${get}; }'`);
    writeFileSync(`${folder}/whole`, "");
  }
  return readdirSync(folder).filter((name) => name.endsWith(".deb")).map((name) => `${folder}/${name}`);
}

const SMALL = ["base-files", "base-passwd", "busybox-static"];
/** What the maintainers' scripts of these packages, and `busybox --install`, do. */
const SETTLE = `
sed 's,/bin/bash$,/bin/sh,' usr/share/base-passwd/passwd.master > etc/passwd; cp usr/share/base-passwd/group.master etc/group
for applet in $(busybox --list); do [ -e bin/$applet ] || ln -s busybox bin/$applet; done
[ -e sbin/init ] || ln -s ../bin/busybox sbin/init; mkdir -p dev`;

/** A Debian of three packages, in an empty directory: it boots, with busybox as init. */
export function smallDebian(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const files = debFiles(SMALL).filter((file) => SMALL.includes(basename(file).split("_")[0] ?? ""));
  if (files.length !== SMALL.length) throw new Error(`of ${SMALL.join(" ")} there is ${files.join(" ")}`);
  for (const file of files) must(`dpkg-deb --fsys-tarfile ${file} | tar -x --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/common-licenses`, folder);
  must(SETTLE, folder);
}
