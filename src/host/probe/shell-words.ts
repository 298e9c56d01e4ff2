// Owns reading settings that are shell: files of /etc/default may test and include.
import { spawnSync } from "node:child_process";

/** The words as the files leave them; `defaults` before any of them is read. */
export function shellWords<W extends string>(files: readonly string[], defaults: Readonly<Record<W, string>>): (word: W) => string {
  const names = Object.keys(defaults);
  const script = `for f in ${files.join(" ")}; do [ ! -f $f ] || . $f; done >/dev/null 2>&1; printf '%s\\0' ${names.map((name) => `"$${name}"`).join(" ")}`;
  const { stdout } = spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...defaults } });
  const found = new Map(stdout.split("\0").slice(0, names.length).map((value, i) => [names[i] ?? "", value]));
  return (word) => found.get(word) ?? defaults[word];
}
