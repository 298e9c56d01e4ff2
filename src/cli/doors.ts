// Owns which file answers for which command. Each is loaded only when it is asked for.
import type { Door } from "./answer.ts";

export const doors: Readonly<Record<string, () => Promise<Door>>> = {
  "lxc-attach": () => import("./lxc/attach.ts"),
  "lxc-autostart": () => import("./lxc/autostart.ts"),
  "lxc-cgroup": () => import("./lxc/cgroup.ts"),
  "lxc-checkconfig": () => import("./lxc/checkconfig.ts"),
  "lxc-config": () => import("./lxc/config.ts"),
  "lxc-console": () => import("./lxc/console.ts"),
  "lxc-copy": () => import("./lxc/copy.ts"),
  "lxc-create": () => import("./lxc/create.ts"),
  "lxc-destroy": () => import("./lxc/destroy.ts"),
  "lxc-device": () => import("./lxc/device.ts"),
  "lxc-execute": () => import("./lxc/execute.ts"),
  "lxc-freeze": () => import("./lxc/freeze.ts"),
  "lxc-info": () => import("./lxc/info.ts"),
  "lxc-net": () => import("./lxc/net.ts"),
  "lxc-ls": () => import("./lxc/ls.ts"),
  "lxc-monitor": () => import("./lxc/monitor.ts"),
  "lxc-snapshot": () => import("./lxc/snapshot.ts"),
  "lxc-start": () => import("./lxc/start.ts"),
  "lxc-stop": () => import("./lxc/stop.ts"),
  "lxc-top": () => import("./lxc/top.ts"),
  "lxc-unfreeze": () => import("./lxc/unfreeze.ts"),
  // Debian's names for the two that needed a delegated scope around them; here they never do
  "lxc-unpriv-attach": () => import("./lxc/attach.ts"),
  "lxc-unpriv-start": () => import("./lxc/start.ts"),
  "lxc-unshare": () => import("./lxc/unshare.ts"),
  "lxc-update-config": () => import("./lxc/update-config.ts"),
  "lxc-usernsexec": () => import("./lxc/usernsexec.ts"),
  "lxc-wait": () => import("./lxc/wait.ts"),
  berth: () => import("./berth/berth.ts"),
};
