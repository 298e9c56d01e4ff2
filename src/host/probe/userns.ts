// Owns whether this caller may make user namespaces, and the helpers that write their id maps.
import { statSync } from "node:fs";
import type { HostFacts } from "../../model/facts.ts";
import { readText } from "../read-text.ts";

const HELPER_FOLDERS = ["/usr/bin", "/bin", "/usr/sbin", "/usr/local/bin"];
const SETUID = 0o4000;

const number = (path: string): number | undefined => {
  const text = readText(path);
  return text === undefined ? undefined : Number(text);
};

export function probeUserns(euid: number): HostFacts["userns"] {
  if (number("/proc/sys/user/max_user_namespaces") === 0) return { isAllowed: false, reason: "sysctl user.max_user_namespaces is 0" };
  if (euid === 0) return { isAllowed: true };
  if (number("/proc/sys/kernel/unprivileged_userns_clone") === 0) return { isAllowed: false, reason: "sysctl kernel.unprivileged_userns_clone is 0" };
  if (number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") === 1) return { isAllowed: true, reason: "sysctl kernel.apparmor_restrict_unprivileged_userns is 1" };
  return { isAllowed: true };
}

/** Only the first user namespace maps all ids onto themselves. */
export const isInUserns = (uidMap: string): boolean => !/^\s*0\s+0\s+4294967295\s*$/.test(uidMap);

/** Only asked when the file is not setuid root: some systems give it CAP_SETUID instead. Loaded then only: it takes milliseconds. */
function hasFileCapability(path: string): boolean {
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const answer = spawnSync("getcap", [path], { encoding: "utf8", env: { PATH: "/usr/sbin:/sbin:/usr/bin:/bin" } });
  return answer.status === 0 && /cap_set[ug]id/.test(answer.stdout);
}

/** Absolute path of newuidmap or newgidmap, if it can do its work for an ordinary user. */
export function probeIdMapHelper(name: "newuidmap" | "newgidmap"): string | undefined {
  for (const folder of HELPER_FOLDERS) {
    const path = `${folder}/${name}`;
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || !found.isFile() || (found.mode & 0o111) === 0) continue;
    if (((found.mode & SETUID) !== 0 && found.uid === 0) || hasFileCapability(path)) return path;
  }
  return undefined;
}
