// Owns how a user gets cgroups of his own: from systemd's user manager where that can (cgroup v2), else as a tree
// MOUNTPOINT/berth/USER that a script makes at boot. See docs/decisions/0007-setup.md.
import type { Change, Need, SetupFacts, SetupPlan } from "../../model/setup.ts";

export const CGROUP_USERS = "/etc/berth/cgroup-users";
export const DROP_IN = "/etc/systemd/system/user@.service.d/50-berth-delegate.conf";
export const UNIT = "/etc/systemd/system/berth-cgroups.service";
export const UNIT_SCRIPT = "/etc/berth/berth-cgroups";
export const INIT_SCRIPT = "/etc/init.d/berth-cgroups";
export const LOCAL_SCRIPT = "/etc/local.d/berth-cgroups.start";
const CONTROLLERS = ["cpu", "cpuset", "io", "memory", "pids"];

const NOTHING: SetupPlan = { changes: [], needs: [] };
const DROP_IN_TEXT = `# made by berth setup: users may limit their containers by these
[Service]
Delegate=${CONTROLLERS.join(" ")}
`;
const UNIT_TEXT = `# made by berth setup
[Unit]
Description=cgroups of users for their containers

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${UNIT_SCRIPT} start

[Install]
WantedBy=multi-user.target
`;

/** A file of ours, unless it is there as it should be. */
function file(facts: SetupFacts, { path, text, mode, why }: { readonly path: string; readonly text: string; readonly mode: number; readonly why: string }): readonly Change[] {
  const before = facts.files[path];
  return before === text ? [] : [{ kind: "file", path, text, mode, isShared: true, why, ...(before === undefined ? {} : { before }) }];
}

/** systemd hands controllers to users' managers only on cgroup v2. */
function bySystemd(facts: SetupFacts, systemd: NonNullable<SetupFacts["systemd"]>): SetupPlan {
  const missing = CONTROLLERS.filter((name) => !systemd.delegated.includes(name));
  const dropIn = missing.length === 0 ? [] : file(facts, { path: DROP_IN, text: DROP_IN_TEXT, mode: 0o644, why: `systemd gives users' managers ${missing.join(", ")} as well` });
  const reload: readonly Change[] = dropIn.length === 0 ? [] : [{ kind: "reload", argv: ["systemctl", "daemon-reload"], isShared: true, why: "takes effect at the user's next login" }];
  const { name, uid } = facts.account;
  const linger: readonly Change[] = systemd.isLingering ? [] : [
    { kind: "command", argv: ["loginctl", "enable-linger", name], undo: ["loginctl", "disable-linger", name], why: "his manager, and so his containers' cgroups, are there without a login" },
    // logind only orders it; the next command may be a start
    { kind: "command", argv: ["systemctl", "start", `user@${uid}.service`], why: "his manager runs when setup has ended" },
  ];
  return { changes: [...dropIn, ...reload, ...linger], needs: [] };
}

function bootChanges(facts: SetupFacts): SetupPlan {
  const text = facts.install.bootScript;
  const why = "makes the users' cgroups again at boot";
  switch (facts.boot) {
    case "systemd": {
      const made = [...file(facts, { path: UNIT_SCRIPT, text, mode: 0o755, why }), ...file(facts, { path: UNIT, text: UNIT_TEXT, mode: 0o644, why: "runs it" })];
      const enable: Change = { kind: "command", argv: ["systemctl", "enable", "berth-cgroups.service"], undo: ["systemctl", "disable", "berth-cgroups.service"], isShared: true, why: "at every boot" };
      return { changes: made.length === 0 ? [] : [...made, enable, { kind: "reload", argv: ["systemctl", "daemon-reload"], isShared: true, why: "systemd reads its units" }], needs: [] };
    }
    case "sysvinit": {
      const made = file(facts, { path: INIT_SCRIPT, text, mode: 0o755, why });
      return { changes: made.length === 0 ? [] : [...made, { kind: "command", argv: ["update-rc.d", "berth-cgroups", "defaults"], undo: ["update-rc.d", "-f", "berth-cgroups", "remove"], isShared: true, why: "at every boot" }], needs: [] };
    }
    case "openrc": {
      const made = file(facts, { path: LOCAL_SCRIPT, text, mode: 0o755, why });
      return { changes: made.length === 0 ? [] : [...made, { kind: "command", argv: ["rc-update", "add", "local", "default"], isShared: true, why: "at every boot" }], needs: [] };
    }
    case "none": {
      const made = file(facts, { path: UNIT_SCRIPT, text, mode: 0o755, why });
      return { changes: made, needs: made.length === 0 ? [] : [{ text: "this host has no init system that Berth knows", remedy: `have it run at boot: ${UNIT_SCRIPT} start` }] };
    }
  }
}

function byTree(facts: SetupFacts): SetupPlan {
  const { account: { name }, trees } = facts;
  const boot = bootChanges(facts);
  const isListed = (facts.files[CGROUP_USERS] ?? "").split("\n").includes(name);
  const list: readonly Change[] = isListed ? [] : [{ kind: "line", file: CGROUP_USERS, line: name, why: "has cgroups of his own: /sys/fs/cgroup[/CONTROLLER]/berth/USER" }];
  const missing = trees.filter(({ isOwn }) => !isOwn);
  const script = facts.boot === "sysvinit" ? INIT_SCRIPT : facts.boot === "openrc" ? LOCAL_SCRIPT : UNIT_SCRIPT;
  const make: readonly Change[] = missing.length === 0 ? [] : [{ kind: "command", argv: [script, "start", name], undo: [script, "stop", name], why: `makes ${missing.map(({ mountpoint }) => `${mountpoint}/berth/${name}`).join(", ")}` }];
  return { changes: [...boot.changes, ...list, ...make], needs: boot.needs };
}

const NO_CGROUPS: Need = { text: "no cgroup file system is mounted: containers run without limits", remedy: "mount -t cgroup2 none /sys/fs/cgroup, at every boot, then berth setup again" };

export function delegationChanges(facts: SetupFacts): SetupPlan {
  if (facts.layout === "none") return { ...NOTHING, needs: [NO_CGROUPS] };
  const { systemd } = facts;
  const managed = systemd === undefined ? NOTHING : bySystemd(facts, systemd);
  if (systemd !== undefined && facts.layout === "v2") return managed;
  const tree = byTree(facts);
  return { changes: [...managed.changes, ...tree.changes], needs: [...managed.needs, ...tree.needs] };
}
