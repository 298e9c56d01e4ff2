// Owns putting into a new system what it is given of its own: a user, keys for ssh, its name, cloud-init's data.
import { startPlan } from "../../host/engine/run.ts";
import type { Customize } from "../../images/customize.ts";
import { byOption } from "../../model/origin.ts";
import { ok, fail, type Problem, type Result } from "../../model/problem.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import type { Job } from "./config.ts";
import { toolPlan } from "./tool.ts";

/** As the container's root, in its root file system; a path that a link of the image leads away ends it. */
const SAFE = 'safe() { p=.; for part in $(printf %s "$1" | tr / " "); do p=$p/$part; if [ "$part" = .. ]; then echo "$p leads out" >&2; exit 3; fi; if [ -L "$p" ]; then echo "$p is a symbolic link" >&2; exit 3; fi; done; }';
const HOSTNAME = 'safe etc/hostname; mkdir -p etc; printf "%s\\n" "$1" > etc/hostname';
/** A name that was chosen is also added to what there is: sudo would complain of a host that nobody knows. */
const HOSTS = 'safe etc/hosts; if [ ! -e etc/hosts ]; then mkdir -p etc; printf "127.0.0.1\\tlocalhost\\n127.0.1.1\\t%s\\n::1\\tlocalhost ip6-localhost ip6-loopback\\n" "$1" > etc/hosts; elif [ -n "$2" ] && ! grep -q "[[:space:]]$1\\([[:space:]]\\|$\\)" etc/hosts; then printf "127.0.1.1\\t%s\\n" "$1" >> etc/hosts; fi';
const USER = `name=$1; uid=\${2:-1000}; home=\${4:-home/$name}; safe etc/passwd; safe etc/group; safe etc/shadow; safe etc/gshadow; safe "$home"
if ! grep -q "^$name:" etc/passwd; then
  if [ -z "$2" ]; then while grep -q "^[^:]*:[^:]*:$uid:" etc/passwd etc/group; do uid=$((uid + 1)); done; fi
  shell=/bin/sh; if [ -e bin/bash ]; then shell=/bin/bash; fi
  gid=\${3:-$uid}; echo "$name:x:$uid:$gid::/$home:$shell" >> etc/passwd
  grep -q "^[^:]*:[^:]*:$gid:" etc/group || echo "$name:x:$gid:" >> etc/group
  if [ -f etc/shadow ]; then echo "$name:!:19000:0:99999:7:::" >> etc/shadow; fi
  if [ -f etc/gshadow ]; then echo "$name:!::" >> etc/gshadow; fi
  for group in sudo wheel; do sed -i -e "s/^\\($group:[^:]*:[^:]*:\\)\\(..*\\)$/\\1\\2,$name/" -e "s/^\\($group:[^:]*:[^:]*:\\)$/\\1$name/" etc/group; done
  if [ ! -d "$home" ]; then mkdir -p "$home"; if [ -d etc/skel ]; then cp -R etc/skel/. "$home/"; fi; chmod 750 "$home"; chown -R "$uid:$gid" "$home"; fi
fi`;
/** The home is what the image says of its user: it may be anything. */
const KEYS = `keys=$(cat); safe etc/passwd; home=; if [ -n "$1" ]; then home=$(sed -n "s|^$1:[^:]*:[^:]*:[^:]*:[^:]*:/*\\([^:]*\\):.*|\\1|p" etc/passwd); fi
case $home in *[!A-Za-z0-9_./-]* | *..*) home=;; esac
for home in root \${home:+"$home"}; do
  safe "$home/.ssh/authorized_keys"; mkdir -p "$home/.ssh"; chmod 700 "$home/.ssh"; printf "%s\\n" "$keys" >> "$home/.ssh/authorized_keys"; chmod 600 "$home/.ssh/authorized_keys"
  chown -R "$(stat -c %u:%g "$home")" "$home/.ssh"; done`;
const SEED = 'seed=var/lib/cloud/seed/nocloud-net; safe "$seed/$1"; mkdir -p "$seed"; cat > "$seed/$1"; if [ ! -e "$seed/meta-data" ]; then printf "instance-id: %s\\nlocal-hostname: %s\\n" "$2" "$3" > "$seed/meta-data"; fi; if [ ! -e "$seed/user-data" ]; then : > "$seed/user-data"; fi';
const MASK = 'safe etc/systemd/system; mkdir -p etc/systemd/system; for unit; do ln -sfn /dev/null "etc/systemd/system/$unit"; done';
const PASSWORD = 'exec chpasswd --crypt-method SHA512 --root "$(pwd -P)"';

/** What is of no use without: nobody can be let in by ssh, nor become root. */
const MISSING = `[ -e bin/sh ] || [ -L bin/sh ] || exit 0 # its /usr is another one when it runs
for way in usr/sbin/sshd usr/sbin/dropbear usr/bin/dropbear; do if [ -e "$way" ]; then ssh=1; fi; done; if [ -z "\${ssh:-}" ]; then echo ssh; fi
for way in usr/bin/sudo usr/bin/doas bin/doas; do if [ -e "$way" ]; then sudo=1; fi; done; if [ -z "\${sudo:-}" ]; then echo sudo; fi`;

interface Step { readonly doing: string; readonly script: string; readonly words: readonly string[]; readonly input?: string }

function stepsOf(custom: Customize, job: Job): readonly Step[] {
  const { user, hostname, sshKeys, userData, vendorData, masked, knowsItself, instanceId } = custom;
  const name = hostname ?? job.target.name;
  const id = instanceId ?? `${job.target.name}-${job.facts.random.slice(0, 8)}`;
  return [
    ...(hostname === undefined ? [] : [{ doing: `name it '${hostname}'`, script: HOSTNAME, words: [hostname] }]),
    ...(knowsItself === true || hostname !== undefined ? [{ doing: "let it know its name", script: HOSTS, words: [name, hostname === undefined ? "" : "chosen"] }] : []),
    ...(user === undefined ? [] : [{ doing: `make the user '${user.name}'`, script: USER, words: [user.name, String(user.uid ?? ""), String(user.gid ?? ""), user.home?.slice(1) ?? ""] }]),
    ...(user?.password === undefined ? [] : [{ doing: `give '${user.name}' a password`, script: PASSWORD, words: [], input: `${user.name}:${user.password}\n` }]),
    ...(sshKeys.length === 0 ? [] : [{ doing: "put in the keys for ssh", script: KEYS, words: user === undefined ? [] : [user.name], input: `${sshKeys.join("\n")}\n` }]),
    ...(masked === undefined ? [] : [{ doing: `mask ${masked.join(" ")}`, script: MASK, words: masked }]),
    ...(userData === undefined ? [] : [{ doing: "put in cloud-init's data", script: SEED, words: ["user-data", id, name], input: userData }]),
    ...(vendorData === undefined ? [] : [{ doing: "put in cloud-init's data", script: SEED, words: ["vendor-data", id, name], input: vendorData }]),
  ];
}

interface Ran { readonly problem: Problem | undefined; readonly said: string }

async function run(job: Job, step: Step, abort: AbortSignal): Promise<Ran> {
  let told = "";
  const plan = toolPlan(job, ["sh", "-ec", `${SAFE}\n${step.script}`, "sh", ...step.words]);
  const started = startPlan(plan, { engine: job.facts.install.engine, stdin: "pipe", stdout: (bytes) => { told += new TextDecoder().decode(bytes); }, stderr: "pipe", abort });
  let said = "";
  started.stderr?.on("data", (chunk: Uint8Array) => { said += new TextDecoder().decode(chunk); });
  started.stdin?.on("error", () => undefined);
  started.stdin?.end(step.input ?? "");
  const outcome = await started.outcome;
  if (outcome.status === 0) return { problem: undefined, said: told };
  const broken = outcome.events.some((event) => event.kind === "failed") ? outcomeProblem(plan, outcome, step.doing) : undefined;
  return { problem: broken ?? { code: "template.failed", text: `cannot ${step.doing}`, cause: said.trim() === "" ? `status ${outcome.status}` : said.trim() }, said: told };
}

/** Images are small: many have no server for ssh, and no sudo. */
async function missingFor({ sshKeys, user }: Customize, job: Job, abort: AbortSignal): Promise<readonly Problem[]> {
  if (sshKeys.length === 0 && user === undefined) return [];
  const missing = (await run(job, { doing: "look for what they need", script: MISSING, words: [] }, abort)).said.split("\n");
  const enter = `berth exec ${job.target.name} --`;
  return [
    ...(sshKeys.length > 0 && missing.includes("ssh") ? [{ code: "command.missing", severity: "warning", at: byOption("--ssh-key"), text: "there is no server for ssh in this image: nobody can log in with the key yet", remedy: `once it runs and has a network: ${enter} apt-get install openssh-server, or what its system has for that` } as const] : []),
    ...(user !== undefined && user.uid === undefined && missing.includes("sudo") ? [{ code: "command.missing", severity: "warning", at: byOption("--user"), text: `there is no sudo in this image: '${user.name}' cannot become root yet`, remedy: `once it runs and has a network: ${enter} apt-get install sudo, or what its system has for that` } as const] : []),
  ];
}

export async function customize(job: Job, custom: Customize, abort: AbortSignal): Promise<Result<void>> {
  for (const step of stepsOf(custom, job)) {
    const { problem } = await run(job, step, abort);
    if (problem !== undefined) return fail(problem);
  }
  return ok(undefined, await missingFor(custom, job, abort));
}
