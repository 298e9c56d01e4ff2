// Owns the template `sshd`: nothing but a server for ssh, on the host's /usr, with keys of its own; for ordinary users too.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import { readCustomize } from "./customize.ts";
import { makeOnHost } from "./host-template.ts";
import { optionTemplate } from "./option-template.ts";
import type { TemplateArgs } from "./remote/template-args.ts";
import type { Made, TemplateWish } from "./templates.ts";

const OPTIONS = [
  { long: "auth-key", short: "S", metavar: "FILE", help: "public key that may log in as root; without one nobody may, until you put one in" },
] as const;
const ABOUT = "nothing but a server for ssh. /usr is the host's, read-only; its keys, users and /root are its own.\nWhere its network gives no address by itself, it asks for one by DHCP.";

const SERVER = "/usr/sbin/sshd";
const INIT = "/etc/ssh/init";
/** It takes the place of this script: a server for ssh reaps whatever is left behind, and ends at SIGTERM. */
const SCRIPT = `#!/bin/sh
mkdir -p /run/sshd /run/lock
chmod 755 /run/sshd
if [ -e /sys/class/net/eth0 ] && ! ip -4 addr show dev eth0 2>/dev/null | grep -q 'inet '; then
	ip link set eth0 up 2>/dev/null
	if command -v dhclient >/dev/null; then dhclient -nw eth0
	elif command -v udhcpc >/dev/null || command -v busybox >/dev/null; then busybox udhcpc -b -q -i eth0 >/dev/null 2>&1 &
	fi
fi
exec ${SERVER} -D -e
`;
const CONFIG = `HostKey /etc/ssh/ssh_host_ed25519_key
HostKey /etc/ssh/ssh_host_rsa_key
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
AcceptEnv LANG LC_*
Subsystem sftp internal-sftp
`;

/** Its keys are made here, once: no two containers have the same. */
function fill(tree: string): Problem | undefined {
  const folder = `${tree}/etc/ssh`;
  mkdirSync(folder, { recursive: true });
  for (const kind of ["ed25519", "rsa"]) {
    const made = spawnSync("ssh-keygen", ["-q", "-t", kind, "-N", "", "-C", "", "-f", `${folder}/ssh_host_${kind}_key`], { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"], env: { PATH: "/usr/bin:/bin", LC_ALL: "C" } });
    if (made.status !== 0) return { code: "template.failed", at: byOption("-t sshd"), text: "the server's keys cannot be made", cause: made.error?.message ?? made.stderr.trim(), remedy: "apt-get install openssh-client" };
  }
  writeFileSync(`${folder}/sshd_config`, CONFIG);
  writeFileSync(`${tree}${INIT}`, SCRIPT, { mode: 0o755 });
  chmodSync(`${tree}${INIT}`, 0o755);
  return undefined;
}

/** LXC's lets root in without a password. */
const KEYLESS: Problem = { code: "option.missing", severity: "warning", at: byOption("--auth-key"), text: "nobody may log in: no key is given", remedy: "-- -S FILE, or put one into root/.ssh/authorized_keys of its root file system" };

function make(wish: TemplateWish, args: TemplateArgs): Result<Made> {
  const key = args.last("auth-key");
  const own = readCustomize({ sshKeys: key === undefined ? [] : [key], cwd: wish.cwd });
  if (!own.ok) return own;
  if (!existsSync(SERVER)) return fail({ code: "init.missing", at: byOption("-t sshd"), text: `this host has no '${SERVER}'`, cause: "the container runs the host's own", remedy: "apt-get install openssh-server (as root)" });
  const made = makeOnHost(wish, { template: "sshd", init: INIT, more: ["lxc.signal.halt = SIGTERM"], fill, own: own.value });
  return made.ok && key === undefined ? ok(made.value, [KEYLESS]) : made;
}

export const sshd = optionTemplate({ name: "sshd", about: ABOUT, options: OPTIONS, make });
