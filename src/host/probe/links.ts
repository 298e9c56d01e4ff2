// Owns the network interfaces of the host, from /sys/class/net.
import { existsSync, readdirSync } from "node:fs";
import type { HostFacts } from "../../model/facts.ts";
import { readText } from "../read-text.ts";

const FOLDER = "/sys/class/net";

export function probeLinks(): HostFacts["links"] {
  let names: readonly string[];
  try {
    names = readdirSync(FOLDER);
  } catch {
    return {};
  }
  return Object.fromEntries(names.map((name) => [name, {
    isBridge: existsSync(`${FOLDER}/${name}/bridge`),
    mtu: Number(readText(`${FOLDER}/${name}/mtu`) ?? "1500"),
    index: Number(readText(`${FOLDER}/${name}/ifindex`) ?? "0"),
  }]));
}
