// Owns what an ordinary user's network can be made with: pasta(1), and the bridges that /etc/lxc/lxc-usernet grants him.
import { existsSync } from "node:fs";
import type { HostFacts } from "../../model/facts.ts";
import { readText } from "../read-text.ts";

const PASTA = ["/usr/bin/pasta", "/usr/local/bin/pasta", "/bin/pasta"];

function groupsOf(user: string, gid: number): ReadonlySet<string> {
  const lines = (readText("/etc/group") ?? "").split("\n").map((line) => line.split(":"));
  return new Set(lines.flatMap(([name = "", , id, members = ""]) => (Number(id) === gid || members.split(",").includes(user) ? [name] : [])));
}

export function probeUserMode(uid: number): Pick<HostFacts, "pasta" | "grantedBridges"> {
  const [user, , , gid] = (readText("/etc/passwd") ?? "").split("\n").map((line) => line.split(":")).find(([, , id]) => Number(id) === uid) ?? [];
  const groups = user === undefined ? new Set<string>() : groupsOf(user, Number(gid));
  const grantedBridges = (readText("/etc/lxc/lxc-usernet") ?? "").split("\n").flatMap((line) => {
    const [who = "", type, bridge, count = ""] = line.trim().split(/\s+/);
    const isHis = who === user || (who.startsWith("@") && groups.has(who.slice(1)));
    return isHis && type === "veth" && bridge !== undefined && Number(count) > 0 ? [bridge] : [];
  });
  const pasta = PASTA.find((path) => existsSync(path));
  return { grantedBridges, ...(pasta === undefined ? {} : { pasta }) };
}
