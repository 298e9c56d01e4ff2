// Owns what an ordinary user's network can be made with: pasta(1), and the bridges that /etc/lxc/lxc-usernet grants him.
import { accessSync, constants, existsSync } from "node:fs";
import type { HostFacts } from "../../model/facts.ts";
import { readText } from "../read-text.ts";
import { probeUplink } from "./uplink.ts";

const PASTA = ["/usr/bin/pasta", "/usr/local/bin/pasta", "/bin/pasta"];

function groupsOf(user: string, gid: number): ReadonlySet<string> {
  const lines = (readText("/etc/group") ?? "").split("\n").map((line) => line.split(":"));
  return new Set(lines.flatMap(([name = "", , id, members = ""]) => (Number(id) === gid || members.split(",").includes(user) ? [name] : [])));
}

const NOWHERE = "0".repeat(8), NOWHERE6 = `${"0".repeat(32)} 00 `;
const hasDefaultRoute = (): boolean =>
  (readText("/proc/net/route") ?? "").split("\n").some((line) => { const [, to, , , , , , mask] = line.split("\t"); return to === NOWHERE && mask === NOWHERE; })
  || (readText("/proc/net/ipv6_route") ?? "").split("\n").some((line) => line.startsWith(NOWHERE6) && !line.endsWith(" lo"));

const TUN = "/dev/net/tun";
function canOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function obstacle(): HostFacts["pastaObstacle"] {
  if (!canOpen(TUN)) return existsSync(TUN) ? { cause: `pasta needs ${TUN}, which this user may not open`, remedy: `as root: chmod 666 ${TUN}` } : { cause: `pasta needs ${TUN}, which is not there`, remedy: "as root: modprobe tun" };
  return hasDefaultRoute() ? undefined : { cause: "pasta needs a default route of this host, and there is none", remedy: "connect this host, then start the container again" };
}

export function probeUserMode(uid: number, hasEgress: boolean): Pick<HostFacts, "pasta" | "pastaObstacle" | "grantedBridges" | "uplink"> {
  const [user, , , gid] = (readText("/etc/passwd") ?? "").split("\n").map((line) => line.split(":")).find(([, , id]) => Number(id) === uid) ?? [];
  const groups = user === undefined ? new Set<string>() : groupsOf(user, Number(gid));
  const grantedBridges = (readText("/etc/lxc/lxc-usernet") ?? "").split("\n").flatMap((line) => {
    const [who = "", type, bridge, count = ""] = line.trim().split(/\s+/);
    const isHis = who === user || (who.startsWith("@") && groups.has(who.slice(1)));
    return isHis && type === "veth" && bridge !== undefined && Number(count) > 0 ? [bridge] : [];
  });
  const pasta = PASTA.find((path) => existsSync(path));
  const pastaObstacle = pasta === undefined ? undefined : obstacle();
  return { grantedBridges, ...(pasta === undefined ? {} : { pasta }), ...(pastaObstacle === undefined ? {} : { pastaObstacle }), ...(hasEgress && pasta !== undefined ? { uplink: probeUplink() } : {}) };
}
