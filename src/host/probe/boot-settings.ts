// Owns what /etc/default/lxc says of the boot; Red Hat's sysconfig counts as well, as in LXC.
import type { BootSettings } from "../../model/boot.ts";
import { shellWords } from "./shell-words.ts";

const DEFAULTS = { LXC_AUTO: "true", BOOTGROUPS: "onboot,", SHUTDOWNDELAY: "5", OPTIONS: "", STOPOPTS: "-a -A -s", LXC_USERS: "" } as const;

const split = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");

export function probeBootSettings(): BootSettings {
  const word = shellWords(["/etc/default/lxc", "/etc/sysconfig/lxc"], DEFAULTS);
  return {
    isAuto: word("LXC_AUTO") === "true", groups: word("BOOTGROUPS"), shutdownSeconds: word("SHUTDOWNDELAY"),
    startOptions: split(word("OPTIONS")), stopOptions: split(word("STOPOPTS")), users: split(word("LXC_USERS")),
  };
}
