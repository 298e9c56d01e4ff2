// Owns `berth net`: bridges of containers, the way from a container to the outside, and what is in it.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { asJson } from "../json.ts";
import { EXPLAIN } from "../options.ts";
import type { Tool } from "../options.ts";
import { JSON_ROW } from "./config-output.ts";
import { findingsText, hopsText, listingText, networkText } from "./net-text.ts";

const rows = [
  { long: "address", argument: "required", metavar: "ADDRESS/PREFIX", help: "create: the bridge's own address; containers get the others of its network (default: the first 10.0.N.1/24 that is free)" },
  { long: "ipv6", argument: "required", metavar: "ADDRESS/64", help: "create: its IPv6 address; containers make theirs by router advertisement" },
  { long: "domain", argument: "required", metavar: "DOMAIN", help: "create: names of containers end in it" },
  { long: "open", help: "create: containers on it and on other networks reach each other (else they do not)" },
  { long: "fix", help: "doctor: run the commands that help" },
  JSON_ROW, EXPLAIN,
] as const;
type Line = CommandLine<(typeof rows)[number]>;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth net", synopsis: "list|show|create|delete|up|down|explain|doctor [NAME [DESTINATION]]", hasName: false, rows,
  about: "Further bridges beside that of lxc-net, each with addresses, names and a way out; and what happens to packets. NAME is a network's, of explain a container's; DESTINATION is HOST[:PORT[/udp]], of explain alone.",
  examples: [
    ["berth net list", "networks, who is on them, and ports that are published"], ["berth net create lab --address 10.7.0.1/24", "a bridge 'lab': then lxc.net.0.link = lab"], ["berth net show lab", "its addresses and state"],
    ["berth net delete lab", "away with it"], ["berth net explain web", "each hop and rule from a container to the outside, and where it would stop"], ["berth net explain web example.org:443", "the same for one destination: which line of lxc.net.N.egress lets it pass, or that none does"], ["berth net doctor", "which rules of this host drop containers' packets, and what helps"],
  ],
  notes: [
    "Settings are kept in /etc/berth/networks/NAME, in the words of /etc/default/lxc-net. lxc-net start and stop are about all of them.",
    "doctor follows packets through the rules of nft(8) and iptables(8), nft or legacy, those of Docker, ufw and firewalld among them; what it cannot judge (limits, named sets, further extensions of iptables) it passes over, and says so. Its status is 1 where something is in the way.",
  ],
};

const toMany = (line: Line): Answer => misuse(line, { code: "option.unknown", text: `'${line.words[line.words[0] === "explain" ? 3 : 2] ?? ""}' is one word too many` });
const noName = (line: Line, what: string): Answer => misuse(line, { code: "option.missing", text: `which ${what}?`, remedy: `berth net ${line.words[0] ?? ""} NAME` });
const isJson = (line: Line): boolean => line.options.has("format");

async function aboutNetworks(line: Line, verb: string): Promise<Answer> {
  const { options, request, words: [, name] } = line;
  const networks = await import("../../runtime/networks.ts");
  if (verb === "list") {
    const result = networks.listNetworks(request);
    return result.ok ? done(0, { out: isJson(line) ? asJson(result.value) : listingText(result.value) }) : failed(line, result.problems);
  }
  if (name === undefined) return noName(line, "network");
  if (verb === "show") {
    const result = networks.showNetwork(name);
    return result.ok ? done(0, { out: isJson(line) ? asJson(result.value) : networkText(result.value) }) : failed(line, result.problems);
  }
  if (verb === "delete") return runOrExplain(line, networks.deleteNetwork(request, name));
  if (verb !== "create") return runOrExplain(line, networks.switchNetwork(request, name, verb === "up"));
  const [address, ipv6, domain] = [options.last("address"), options.last("ipv6"), options.last("domain")];
  return runOrExplain(line, networks.createNetwork(request, name, { isOpen: options.has("open"), ...(address === undefined ? {} : { address }), ...(ipv6 === undefined ? {} : { ipv6 }), ...(domain === undefined ? {} : { domain }) }));
}

async function explained(line: Line): Promise<Answer> {
  const { request, target, words: [, name, destination] } = line;
  if (name === undefined) return noName(line, "container");
  const { netExplain } = await import("../../runtime/net-explain.ts");
  const result = await netExplain(request, { ...target, name }, destination);
  if (!result.ok) return failed(line, result.problems);
  return done(result.value.some(({ isStop }) => isStop) ? 1 : 0, { out: isJson(line) ? asJson(result.value) : hopsText(result.value) });
}

async function doctored(line: Line): Promise<Answer> {
  const { options, request, words: [, name] } = line;
  const { netDoctor, netMend } = await import("../../runtime/net-doctor.ts");
  const result = netDoctor(request, name);
  if (!result.ok) return failed(line, result.problems);
  if (options.has("fix")) return runOrExplain(line, { ok: true, value: netMend(result.value) });
  return done(result.value.every(({ isGood }) => isGood) ? 0 : 1, { out: isJson(line) ? asJson(result.value) : findingsText(result.value) });
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, (line): Promise<Answer> => {
  const [verb = "", , ...more] = line.words;
  const [extra] = verb === "explain" ? more.slice(1) : more;
  if (extra !== undefined) return Promise.resolve(toMany(line));
  switch (verb) {
    case "list": case "show": case "create": case "delete": case "up": case "down": return aboutNetworks(line, verb);
    case "explain": return explained(line);
    case "doctor": return doctored(line);
    default: return Promise.resolve(misuse(line, { code: "option.value", text: verb === "" ? "what about networks?" : `'${verb}' is nothing that berth net does`, remedy: "list, show, create, delete, up, down, explain or doctor" }));
  }
});
