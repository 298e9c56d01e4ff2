// Owns the rules about what runs inside: environment, hooks, limits, kernel parameters, automatic start.
import type { Origin } from "../../../model/origin.ts";
import { nearest } from "../../nearest.ts";
import type { Rule, Sighting } from "../rule.ts";
import { sightedAt } from "../sight.ts";
import { isPrivileged, type View } from "../view.ts";

/** Kernel parameters that belong to a namespace. */
const OWN_SYSCTL = /^net\.|^fs\.mqueue\.|^user\.|^kernel\.(hostname|domainname|msg(max|mnb|mni|_next_id)|sem(_next_id)?|shm(all|max|mni|_next_id|_rmid_forced)|auto_msgmni|ns_last_pid|pid_max)$/;

function* sysctls(view: View): Generator<Sighting> {
  const { nics, namespaces } = view.spec;
  const sharesNet = view.isWhole && nics.length > 0 && nics.every(({ type }) => type === "none") && namespaces.share.net === undefined;
  for (const { value: { key }, from } of view.spec.sysctls) {
    const name = key.replaceAll("/", ".");
    if (!OWN_SYSCTL.test(name)) yield sightedAt(from, `'${name}' belongs to no namespace: ${isPrivileged(view) ? "it would be changed for the whole host" : "where the container has an id map the kernel refuses it, else the whole host is changed"}`, { token: key });
    else if (name.startsWith("net.") && sharesNet) yield sightedAt(from, `'${name}' would be changed for the host, whose network is shared`, { token: key });
  }
}

/** Files of /proc/PID that can be written. */
const PROC_FILES = ["oom_score_adj", "oom_adj", "coredump_filter", "timerslack_ns", "autogroup", "sched", "comm", "clear_refs", "loginuid", "attr.current", "attr.exec", "attr.fscreate", "attr.keycreate", "attr.sockcreate", "make-it-fail", "fail-nth", "setgroups", "timens_offsets", "patch_state", "latency", "mem"];

function* procs(view: View): Generator<Sighting> {
  for (const { value: { file, value }, from } of view.spec.procs) {
    const score = Number(value.trim());
    const guess = nearest(file, PROC_FILES);
    if (!PROC_FILES.includes(file) && !file.startsWith("attr.")) yield sightedAt(from, `/proc/PID has no file '${file}' that can be written`, { token: file, ...(guess === undefined ? {} : { remedy: `did you mean 'lxc.proc.${guess}'?` }) });
    else if (file === "oom_score_adj" && !(score >= -1000 && score <= 1000)) yield sightedAt(from, `'${value}' is not a number from -1000 to 1000`, { token: value });
  }
}

interface Said { readonly value: string; readonly from: Origin }

function* environment(view: View): Generator<Sighting> {
  const all: readonly Said[] = [...view.spec.environment, ...view.spec.environmentRuntime];
  const last = new Map(all.map((said) => [said.value.split("=")[0] ?? "", said]));
  for (const said of all) {
    const [name = "", ...rest] = said.value.split("=");
    if (/\s$/.test(name)) yield sightedAt(said.from, `the name '${name}' ends with a blank: nothing looks for it`, { token: said.value, remedy: `write '${name.trim()}=${rest.join("=").trim()}'` });
    else if (name === "container") yield sightedAt(said.from, "'container' is always 'lxc' inside", { token: said.value });
    else if (last.get(name) !== said) yield sightedAt(said.from, `'${name}' is set again in line ${last.get(name)?.from.line ?? 0}`, { token: name });
  }
}

/** The first word of a shell command, where it is plain. */
const programOf = (command: string): string | undefined => /^[A-Za-z0-9_./+-]+(?=\s|$)/.exec(command)?.[0];

export function hookLines(view: View): readonly { readonly program: string; readonly from: Origin; readonly name: string }[] {
  const hooks = Object.entries(view.spec.hooks).flatMap(([name, all]) => all.map((one) => ({ ...one, name })));
  const scripts = view.spec.nics.flatMap((nic) => (["up", "down"] as const).flatMap((kind) => {
    const setting = (view.settings.byRow.get(`lxc.net.N.script.${kind}`) ?? []).findLast(({ sub }) => sub === String(nic.index));
    return setting === undefined ? [] : [{ value: setting.text, from: setting.from, name: `script.${kind}` }];
  }));
  return [...hooks, ...scripts].flatMap(({ value, from, name }) => {
    const program = programOf(value);
    return program === undefined ? [] : [{ program, from, name }];
  });
}

function* autostart(view: View): Generator<Sighting> {
  const { start: { isAuto }, groups } = view.spec;
  const group = view.settings.byRow.get("lxc.group")?.at(-1);
  if (isAuto && group !== undefined && !groups.includes("onboot")) yield sightedAt(group.from, "lxc.service starts containers of the group onboot and those without a group, so not this one", { token: groups.at(-1) ?? "" });
  if (isAuto) return;
  for (const key of ["lxc.start.delay", "lxc.start.order"]) {
    const setting = view.settings.byRow.get(key)?.at(-1);
    if (setting !== undefined && view.isWhole) yield sightedAt(setting.from, `${key} does nothing while lxc.start.auto is not 1`, { remedy: "add 'lxc.start.auto = 1', or take the line out" });
  }
}

export const processRules: readonly Rule[] = [
  {
    id: "sysctl-global", severity: "warning", sees: "An `lxc.sysctl` that belongs to no namespace of the container.", why: "A privileged container changes it for the whole host, another one cannot set it and does not start.", remedy: "set it on the host, in /etc/sysctl.d",
    trips: "lxc.sysctl.vm.swappiness = 10", passes: "lxc.sysctl.net.ipv4.ip_forward = 1", look: sysctls,
  },
  {
    id: "proc-file", severity: "error", sees: "An `lxc.proc` for a file that /proc/PID does not have, or an oom_score_adj out of range.", why: "It cannot be written: the start fails.", remedy: "see proc(5)",
    trips: "lxc.proc.oom_score_adjust = 10", passes: "lxc.proc.oom_score_adj = 10", look: procs,
  },
  {
    id: "environment-void", severity: "warning", sees: "An `lxc.environment` that sets nothing: a blank before the `=`, a name that is set again, or `container`.", why: "The variable is not there, or has another value.", remedy: "write NAME=VALUE without blanks, each name once",
    trips: "lxc.environment = LANG = C", passes: "lxc.environment = LANG=C", look: environment,
  },
  {
    id: "environment-path", severity: "hint", sees: "A program of the user's own as init, without a PATH in `lxc.environment`.", why: "Init gets no environment but what the config says: the program finds no others by their name alone.", remedy: "add 'lxc.environment = PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'",
    trips: "lxc.rootfs.path = /srv/web\nlxc.init.cmd = /usr/bin/python3 -m http.server", passes: "lxc.rootfs.path = /srv/web\nlxc.environment = PATH=/usr/bin:/bin\nlxc.init.cmd = /usr/bin/python3 -m http.server",
    look: function* (view) {
      const { cmd } = view.spec.init;
      const name = (cmd.value[0] ?? "").split("/").at(-1) ?? "";
      const isKnown = /^(init|systemd|busybox|openrc-init|runit-init|linuxrc|(ba|da|a)?sh)$/.test(name);
      if (cmd.from.kind !== "default" && !isKnown && ![...view.spec.environment, ...view.spec.environmentRuntime].some(({ value }) => value === "PATH" || value.startsWith("PATH="))) yield sightedAt(cmd.from, `'${name}' is started without a PATH`, { token: cmd.value[0] ?? "" });
    },
  },
  {
    id: "hook-relative", severity: "warning", sees: "A hook or script by a relative path.", why: "It is looked for below the directory in which the command is run: whoever owns that directory chooses what runs.", remedy: "write the whole path",
    trips: "lxc.hook.pre-start = hooks/prepare", passes: "lxc.hook.pre-start = /etc/lxc/hooks/prepare",
    look: function* (view) { for (const { program, from } of hookLines(view)) if (program.includes("/") && !program.startsWith("/")) yield sightedAt(from, `'${program}' is looked for below the directory in which the command is run`, { token: program }); },
  },
  {
    id: "ptys-few", severity: "hint", sees: "Fewer pseudo terminals than terminals.", why: "ssh, screen and lxc-attach each need one of lxc.pty.max.", remedy: "write 'lxc.pty.max = 1024', as common.conf does",
    trips: "lxc.tty.max = 6\nlxc.pty.max = 2", passes: "lxc.tty.max = 4\nlxc.pty.max = 1024",
    look: function* (view) { const { ttyMax, ptyMax } = view.spec; if (ptyMax.value > 0 && ptyMax.value < ttyMax.value) yield sightedAt(ptyMax.from, `lxc.pty.max = ${ptyMax.value} is little beside ${ttyMax.value} terminals`, { token: String(ptyMax.value) }); },
  },
  {
    id: "autostart-void", severity: "hint", sees: "`lxc.start.delay` or `.order` without `lxc.start.auto`, or a group that is not started at boot.", why: "The container is not started at boot, though it looks as if.", remedy: "add the group onboot, or start it by 'lxc-autostart -g GROUP'",
    trips: "lxc.rootfs.path = /srv/web\nlxc.start.auto = 1\nlxc.group = web", passes: "lxc.rootfs.path = /srv/web\nlxc.start.auto = 1\nlxc.group = onboot web", look: autostart,
  },
  {
    id: "ephemeral-autostart", severity: "warning", sees: "`lxc.ephemeral` together with `lxc.start.auto`.", why: "It is destroyed when it stops, so it is there to start at one boot only.", remedy: "take one of them out",
    trips: "lxc.ephemeral = 1\nlxc.start.auto = 1", passes: "lxc.start.auto = 1",
    look: function* (view) { const ephemeral = view.settings.byRow.get("lxc.ephemeral")?.at(-1); if (view.spec.isEphemeral && view.spec.start.isAuto && ephemeral !== undefined) yield sightedAt(ephemeral.from, "the container is destroyed when it stops, and is to start at boot"); },
  },
];
