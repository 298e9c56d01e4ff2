// Owns the keys of network interfaces, lxc.net.N.*.
import { hwaddr, interfaceName, ipv4Address, ipv4Gateway, ipv4Route, ipv6Address, ipv6Gateway, ipv6Route } from "../grammar/address.ts";
import { egress } from "../grammar/egress.ts";
import { good, type Grammar } from "../grammar/grammar.ts";
import { anyText, bool, count, NUMBER, oneOf, unsigned } from "../grammar/scalar.ts";
import type { NicType } from "../../model/nic.ts";
import { row } from "./row.ts";

const NIC_TYPES: readonly NicType[] = ["none", "empty", "veth", "macvlan", "ipvlan", "vlan", "phys", "user"];
const vethVlan: Grammar<string> = { expects: "none, or a number from 0 to 4094", facts: { is: "number", min: 0, max: 4094, choices: ["none"], pattern: `^${NUMBER}$` }, read: (text) => (text === "none" ? good(text) : withText(count(4094), text)), show: (value) => [value === "none" ? value : String(unsigned(value))] };
function withText(grammar: Grammar<number>, text: string): ReturnType<Grammar<string>["read"]> {
  const reading = grammar.read(text);
  return reading.ok ? good(text) : reading;
}

export const networkKeys = {
  type: row({ key: "lxc.net.N.type", grammar: oneOf(NIC_TYPES), doc: "Kind of network: none, alone, shares the host's, empty has only a loopback, veth a pair with one end on the host, macvlan, ipvlan and vlan hang on a link of the host, phys moves one inside, user (Berth's own) is what an ordinary user can have.", since: "2.1", legacy: ["lxc.network.type"], security: "none leaves the host's network, and its abstract sockets, to the container. A config without any lxc.net has a network of its own, with nothing but a loopback.", spec: "nics[].type" }),
  flags: row({ key: "lxc.net.N.flags", grammar: anyText("up", ["up"]), doc: "up: the interface is activated. Any other word counts as up, too.", since: "2.1", legacy: ["lxc.network.flags"], spec: "nics[].isUp", items: () => ["up"] }),
  link: row({ key: "lxc.net.N.link", grammar: anyText("an interface of the host"), doc: "Interface of the host to which this one is attached: a bridge for veth.", since: "2.1", legacy: ["lxc.network.link"], security: "On a bridge into the local network the container can pretend to be any other machine there.", spec: "nics[].link" }),
  name: row({ key: "lxc.net.N.name", grammar: interfaceName, doc: "Name inside. Unset: the kernel's choice, ethN.", since: "2.1", legacy: ["lxc.network.name"], spec: "nics[].name" }),
  hwaddr: row({ key: "lxc.net.N.hwaddr", grammar: hwaddr, doc: "Hardware address inside; each x becomes a random digit.", since: "2.1", legacy: ["lxc.network.hwaddr"], security: "Two interfaces with one address in one network take each other's packets.", spec: "nics[].hwaddr" }),
  mtu: row({ key: "lxc.net.N.mtu", grammar: count(2147483647), doc: "Largest packet.", since: "2.1", legacy: ["lxc.network.mtu"], spec: "nics[].mtu" }),
  ipv4: row({ key: "lxc.net.N.ipv4.address", grammar: ipv4Address, isRepeatable: true, doc: "IPv4 address inside, with its prefix length, and the broadcast address where that is not the last one.", since: "2.1", legacy: ["lxc.network.ipv4"], spec: "nics[].ipv4", getter: "joined" }),
  ipv4Gateway: row({ key: "lxc.net.N.ipv4.gateway", grammar: ipv4Gateway, doc: "Default IPv4 route inside; auto: the address of what it hangs on, dev: the interface itself.", since: "2.1", legacy: ["lxc.network.ipv4.gateway"], spec: "nics[].ipv4Gateway" }),
  ipv6: row({ key: "lxc.net.N.ipv6.address", grammar: ipv6Address, isRepeatable: true, doc: "IPv6 address inside, with its prefix length.", since: "2.1", legacy: ["lxc.network.ipv6"], spec: "nics[].ipv6", getter: "joined" }),
  ipv6Gateway: row({ key: "lxc.net.N.ipv6.gateway", grammar: ipv6Gateway, doc: "Default IPv6 route inside; auto: the address of what it hangs on, dev: the interface itself.", since: "2.1", legacy: ["lxc.network.ipv6.gateway"], spec: "nics[].ipv6Gateway" }),
  egress: row({ key: "lxc.net.N.egress", grammar: egress, isRepeatable: true, doc: "Where packets may go that leave this interface: a host or network, and a port of it. With one such line all others are dropped, on the host, whatever root inside does. Only Berth knows the key.", since: "berth", security: "A resolver of names that may be asked passes questions on: who asks for names of his own making sends data out by them.", spec: "nics[].egress", getter: "joined" }),
  scriptUp: row({ key: "lxc.net.N.script.up", grammar: anyText("a shell command line"), doc: "Run on the host when the interface has been made.", since: "2.1", legacy: ["lxc.network.script.up"], security: "Runs on the host, with the rights of the one who starts the container.", spec: "nics[].scriptUp" }),
  scriptDown: row({ key: "lxc.net.N.script.down", grammar: anyText("a shell command line"), doc: "Run on the host before the interface goes.", since: "2.1", legacy: ["lxc.network.script.down"], security: "Runs on the host, with the rights of the one who starts the container.", spec: "nics[].scriptDown" }),
  vethPair: row({ key: "lxc.net.N.veth.pair", grammar: interfaceName, doc: "Name of the host's end. Only root's containers can choose it.", since: "2.1", legacy: ["lxc.network.veth.pair"], spec: "nics[].vethPair" }),
  vethMode: row({ key: "lxc.net.N.veth.mode", grammar: oneOf(["bridge", "router"]), default: "bridge", doc: "bridge: the host's end joins the bridge of link. router: routes on the host lead to the container.", since: "3.1", spec: "nics[].vethMode" }),
  vethRx: row({ key: "lxc.net.N.veth.n_rxqueues", grammar: count(4096, 1), doc: "Number of receive queues.", since: "5.0", spec: "nics[].other" }),
  vethTx: row({ key: "lxc.net.N.veth.n_txqueues", grammar: count(4096, 1), doc: "Number of transmit queues.", since: "5.0", spec: "nics[].other" }),
  vethRoute4: row({ key: "lxc.net.N.veth.ipv4.route", grammar: ipv4Route, isRepeatable: true, doc: "Route on the host that leads to the container (mode router).", since: "3.1", spec: "nics[].other", getter: "joined" }),
  vethRoute6: row({ key: "lxc.net.N.veth.ipv6.route", grammar: ipv6Route, isRepeatable: true, doc: "Route on the host that leads to the container (mode router).", since: "3.1", spec: "nics[].other", getter: "joined" }),
  vethVlan: row({ key: "lxc.net.N.veth.vlan.id", grammar: vethVlan, doc: "VLAN to whose untagged traffic the bridge port belongs; none: to no VLAN.", since: "3.2", security: "A wrong number puts the container into another network.", spec: "nics[].other" }),
  vethTagged: row({ key: "lxc.net.N.veth.vlan.tagged.id", grammar: count(4094), isRepeatable: true, doc: "VLAN whose tagged traffic the bridge port carries.", since: "3.2", security: "Each number is one more network that the container can reach.", spec: "nics[].other", getter: "joined" }),
  macvlanMode: row({ key: "lxc.net.N.macvlan.mode", grammar: oneOf(["private", "vepa", "bridge", "passthru"]), default: "private", doc: "How interfaces on the same link reach each other.", since: "2.1", legacy: ["lxc.network.macvlan.mode"], security: "In mode bridge containers on the same link reach each other, past the host's firewall.", spec: "nics[].other" }),
  ipvlanMode: row({ key: "lxc.net.N.ipvlan.mode", grammar: oneOf(["l3", "l3s", "l2"]), default: "l3", doc: "Layer at which packets are switched.", since: "3.2", spec: "nics[].other" }),
  ipvlanIsolation: row({ key: "lxc.net.N.ipvlan.isolation", grammar: oneOf(["bridge", "private", "vepa"]), default: "bridge", doc: "How interfaces on the same link reach each other.", since: "3.2", spec: "nics[].other" }),
  vlanId: row({ key: "lxc.net.N.vlan.id", grammar: count(4095), default: "0", doc: "VLAN of an interface of type vlan.", since: "2.1", legacy: ["lxc.network.vlan.id"], spec: "nics[].other" }),
  l2proxy: row({ key: "lxc.net.N.l2proxy", grammar: bool, default: "0", doc: "1: the host answers for the container's addresses on the link (ipvlan, veth in mode router).", since: "3.2", security: "The host answers for the container's addresses: a wrong one takes another machine's packets.", spec: "nics[].other" }),
  one: row({ key: "lxc.net.N", grammar: anyText("nothing"), doc: "With an empty value: forgets this interface.", since: "2.1", spec: "nics", clears: "lxc.net.N.", getter: "none" }),
  all: row({ key: "lxc.net", grammar: anyText("nothing"), doc: "With an empty value: forgets all interfaces set so far.", since: "2.1", legacy: ["lxc.network"], spec: "nics", clears: "lxc.net." }),
};
