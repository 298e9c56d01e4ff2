// Owns what /etc/default/lxc says of the boot, as the shell reads it.
import { spawnSync } from "node:child_process";
import type { BootSettings } from "../../model/boot.ts";

const DEFAULTS = { LXC_AUTO: "true", BOOTGROUPS: "onboot,", SHUTDOWNDELAY: "5", OPTIONS: "", STOPOPTS: "-a -A -s", LXC_USERS: "" } as const;
const WORDS: readonly (keyof typeof DEFAULTS)[] = ["LXC_AUTO", "BOOTGROUPS", "SHUTDOWNDELAY", "OPTIONS", "STOPOPTS", "LXC_USERS"];

const split = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");

/** The file is shell, and may test and include; Red Hat's sysconfig counts as well, as in LXC. */
export function probeBootSettings(): BootSettings {
  const script = `for f in /etc/default/lxc /etc/sysconfig/lxc; do [ ! -f $f ] || . $f; done >/dev/null 2>&1; printf '%s\\0' ${WORDS.map((word) => `"$${word}"`).join(" ")}`;
  const { stdout } = spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...DEFAULTS } });
  const [auto = "", groups = "", delay = "", options = "", stopOptions = "", users = ""] = stdout.split("\0");
  return { isAuto: auto === "true", groups, shutdownSeconds: delay, startOptions: split(options), stopOptions: split(stopOptions), users: split(users) };
}
