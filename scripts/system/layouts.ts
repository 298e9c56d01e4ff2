// Owns which machines the system tests run on: a Debian suite, and the cgroups it is booted with.

export type Suite = "bookworm" | "trixie";
export type Layout = "v2" | "v1" | "hybrid";
export interface Kind { readonly suite: Suite; readonly layout: Layout }

/** trixie's systemd has no cgroup v1 any more. */
export const KINDS: readonly Kind[] = [
  { suite: "bookworm", layout: "v2" }, { suite: "bookworm", layout: "v1" }, { suite: "bookworm", layout: "hybrid" }, { suite: "trixie", layout: "v2" },
];

export const nameOf = ({ suite, layout }: Kind): string => `${suite}-${layout}`;

const CGROUPS: Readonly<Record<Layout, string>> = {
  v2: "systemd.unified_cgroup_hierarchy=1",
  v1: "systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1",
  hybrid: "systemd.unified_cgroup_hierarchy=0",
};

export const kernelLine = ({ layout }: Kind): string => ["root=/dev/vda rw console=ttyS0 quiet mitigations=off nokaslr no_timer_check audit=0 apparmor=1 security=apparmor",
  "systemd.show_status=0 net.ifnames=0 random.trust_cpu=1 init_on_alloc=0 nowatchdog rcupdate.rcu_expedited=1", CGROUPS[layout]].join(" ");
