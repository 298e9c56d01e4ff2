// Owns why the kernel, or lxc-user-nic, refused a network: by the step's own words and the kernel's.
import { readdirSync } from "node:fs";
import type { Failure, Finding } from "./failure.ts";
import { programLines } from "./failure.ts";

function hostLinks(): string {
  try {
    return readdirSync("/sys/class/net").join(", ");
  } catch {
    return "none that can be seen";
  }
}

/** What the kernel must have been built with, by how the step's note begins. */
const FEATURES: readonly (readonly [RegExp, string, string])[] = [
  [/^veth /, "CONFIG_VETH", "veth"], [/^macvlan /, "CONFIG_MACVLAN", "macvlan"], [/^ipvlan /, "CONFIG_IPVLAN", "ipvlan"], [/^vlan /, "CONFIG_VLAN_8021Q", "8021q"],
  [/VLAN/, "CONFIG_BRIDGE_VLAN_FILTERING", "bridge"], [/bridge/, "CONFIG_BRIDGE", "bridge"], [/./, "CONFIG_IPV6, or what the step needs", "ipv6"],
];

function missingFeature(note: string): Finding {
  const [, option, module] = FEATURES.find(([form]) => form.test(note)) ?? [/./, "", ""];
  return { code: "host.feature", cause: `this kernel has been built without ${option}, or its module is not there`, remedy: `modprobe ${module}; or use another kernel, or another lxc.net.N.type` };
}

/** The note of an address that an interface gets: `192.0.2.5/24 on eth0`. */
const ADDRESS_ON = /^[0-9a-f.:]+\/.* on \S+$/;

/** What a link, an address or a route of that name is in the way of. */
function taken(note: string): Finding {
  if (ADDRESS_ON.test(note)) return { code: "network.link", cause: "the address is in use: the interface has it already", remedy: "write each address once" };
  if (/ is here$|reached through|route/.test(note)) return { code: "network.link", cause: "this host has a route to it already: another container, or a link, has that address", remedy: "ip route shows it; give the container another address" };
  if (/answers for/.test(note)) return { code: "network.link", cause: "the host answers for that address already: another container has it", remedy: "ip neigh show proxy shows it; give the container another address" };
  return { code: "network.link", cause: "a network interface of that name exists already, here or in the container", remedy: "choose another lxc.net.N.veth.pair or name" };
}

function busy(note: string): Finding {
  return { code: "network.link", cause: /^(macvlan|ipvlan) /.test(note) ? "the link cannot carry it: another container has it in mode passthru, or it is a port of a bridge or has interfaces of the other kind" : "the link is in use", remedy: "ip -d link shows what hangs on it" };
}

export function networkFinding(failure: Failure): Finding {
  const note = failure.op.note ?? "";
  switch (failure.errno) {
    case "ENODEV": case "ENXIO": return { code: "network.link", cause: `a network interface does not exist; this host has ${hostLinks()}`, remedy: "correct lxc.net.N.link, or make the bridge: ip link add NAME type bridge && ip link set NAME up" };
    case "EEXIST": return taken(note);
    case "EBUSY": return busy(note);
    case "EPERM": return { code: "privilege", cause: failure.euid === 0 ? "this process lacks CAP_NET_ADMIN" : "an ordinary user may not make network interfaces", remedy: "use lxc.net.0.type = user, empty or none" };
    case "EOPNOTSUPP": return missingFeature(note);
    case "ENETUNREACH": case "EHOSTUNREACH": return { code: "network.link", cause: "the gateway is not reachable from the container's addresses", remedy: "give the interface an address in the gateway's network" };
    case "EADDRNOTAVAIL": return ADDRESS_ON.test(note) ? { code: "network.link", cause: "the kernel gives no interface that address: it is the loopback's, or one of a group", remedy: "correct lxc.net.N.ipv4.address or lxc.net.N.ipv6.address" } : { code: "network.link", cause: "no interface can have that hardware address, or that name", remedy: "correct lxc.net.N.hwaddr" };
    case "EINVAL": case "ERANGE": return { code: "network.unsupported", cause: / becomes /.test(note) ? "the kernel does not let this link leave its network, or does not take the name" : "the kernel does not take one of the values (name, MTU, address)" };
    default: return { code: "network.link" };
  }
}

const SYSLOG = /^Failed to send \d+ bytes to syslog$/;
function pastaFinding(failure: Failure): Finding {
  const output = programLines(failure).filter((line) => !SYSLOG.test(line));
  const said = output.join("\n");
  const port = output.find((line) => /\bbind|\bport /i.test(line));
  if (port !== undefined) return { code: "network.link", text: "pasta did not connect the container", cause: port, output, remedy: "the port is taken, or below net.ipv4.ip_unprivileged_port_start: choose another one for --publish, or berth.publish" };
  const remedy = said.includes("tun") ? "pasta needs /dev/net/tun, which everybody may open: modprobe tun; chmod 666 /dev/net/tun"
    : said.includes("routable interface") ? "pasta needs a default route of this host" : "man pasta";
  return { code: "network.link", text: "pasta did not connect the container", output, remedy };
}

/** ovs-vsctl and lxc-user-nic say themselves what is wrong. */
export function networkProgramFinding(failure: Failure): Finding | undefined {
  const { op } = failure;
  const name = op.subject.slice(op.subject.lastIndexOf("/") + 1);
  if (name === "sh" && op.note?.startsWith("pasta ") === true) return pastaFinding(failure);
  if (!["ovs-vsctl", "lxc-user-nic", "dnsmasq", "nft"].includes(name)) return undefined;
  return {
    code: "network.link", text: failure.status === undefined ? `cannot run ${op.subject}` : `${name} refused: ${op.note ?? ""}`, output: programLines(failure),
    ...(name === "dnsmasq" || name === "nft" ? {} : name === "ovs-vsctl" ? { remedy: "ovs-vsctl show lists the bridges; make it with ovs-vsctl add-br" } : { remedy: "as it says; what is granted to whom stands in /etc/lxc/lxc-usernet; lxc.net.N.type = user goes without, by pasta" }),
  };
}
