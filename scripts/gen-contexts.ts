// Owns docs/reference/contexts.md: which context gives a user's container which powers, from what the system tests recorded.
import { recordedPowers } from "./system/powers.ts";
import type { Powers } from "./system/powers.ts";

const CONTEXTS: Readonly<Record<string, string>> = {
  login: "login on a terminal", ssh: "`ssh HOST COMMAND`", "ssh-bare": "the same, empty environment", "ssh-wrong-bus": "the same, XDG_RUNTIME_DIR and D-Bus address wrong", "ssh-setsid": "the same, in a session of its own (`setsid`)",
  su: "`su USER -c`", "su-login": "`su - USER -c`", sudo: "`sudo -u USER`", "sudo-login": "`sudo -i -u USER`", "sudo-bare": "`sudo -u USER env -i`", runuser: "`runuser -u USER`", "runuser-login": "`runuser -l USER`",
  cron: "cron (`@reboot`)", "at-like": "as atd: no terminal, nobody waits, bare environment", "user-unit": "a unit of the user's systemd", "system-unit": "a unit of the system with `User=`",
};
const USERS = [
  { user: "alice", title: "A user who has a systemd of her own", about: "She has logged in once, or lingers (`loginctl enable-linger`, which `berth setup` does)." },
  { user: "dave", title: "A user whom `berth setup` made ready", about: "One who never logged in before, straight after it." },
  { user: "carol", title: "A user who never logs in and was not set up", about: "No systemd of hers runs, and no tree of cgroups is hers: the worst case. A limit is then told, or with `--strict` refused; it is never ignored in silence." },
];

const limits = (words: Readonly<Record<string, string>>): string => {
  const { memory = "?", pids = "?" } = words;
  if (memory === pids) return memory === "in force" ? "limits" : "limits told";
  return `memory ${memory}, pids ${pids}`;
};
function cell(words: Readonly<Record<string, string>> | undefined): string {
  if (words === undefined) return "–";
  const { start = "", freeze = "" } = words;
  return [start === "RUNNING" ? "start" : "**no start**", limits(words), ...(freeze === "FROZEN" ? ["freeze"] : ["no freeze"]), ...(words["enter"] === undefined ? [] : [words["enter"]])].join(", ");
}

function table(powers: Powers, user: string): string {
  const kinds = Object.keys(powers);
  const names = Object.keys(CONTEXTS).filter((name) => kinds.some((kind) => powers[kind]?.[`${user}:${name}`] !== undefined));
  return [
    `| context | ${kinds.join(" | ")} |`, `|---|${kinds.map(() => "---|").join("")}`,
    ...names.map((name) => `| ${CONTEXTS[name] ?? name} | ${kinds.map((kind) => cell(powers[kind]?.[`${user}:${name}`])).join(" | ")} |`),
  ].join("\n");
}

export function contextsPage(): string {
  const powers = recordedPowers();
  return [
    "# From which context a user's container gets what\n",
    "Written by `scripts/gen-contexts.ts` from `test/system/powers.json`; do not edit. `npm run test:system` saw it on full systems, Debian 12 (bookworm) and 13 (trixie) with the cgroups that the column names (on v1 and hybrid with libpam-cgfs, as Debian and Ubuntu had it), and fails when it sees anything else.\n",
    "`start`: the container runs. `limits`: `lxc.cgroup2.memory.max` and `lxc.cgroup2.pids.max` are in force, by whatever file this version of cgroups has for them; `told`: this one is not, and the start says in which cgroup the session is, whose that is, and the command that mends it. `freeze`: lxc-freeze and lxc-unfreeze work. `–`: not tried there. `enter`: from another session lxc-attach comes into every cgroup that the container has, and lxc-info and lxc-stop work.\n",
    ...USERS.flatMap(({ user, title, about }) => [`## ${title}\n`, `${about}\n`, `${table(powers, user)}\n`]),
  ].join("\n");
}
