// Owns `berth publish`: ports of this host that lead to a running container.
import { parsePortWish, portWishText } from "../../linux/port-words.ts";
import type { PortWish } from "../../linux/port-words.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { asJson } from "../json.ts";
import { EXPLAIN, NAME } from "../options.ts";
import type { Tool } from "../options.ts";
import { JSON_ROW } from "./config-output.ts";

const rows = [NAME, { long: "remove", help: "no longer: these, or all where none is named" }, JSON_ROW, EXPLAIN] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth publish", synopsis: "NAME [[ADDR:]PORT:PORT[/udp]...] [--remove]", hasName: true, rows,
  about: "Let ports of this host lead to a running container that it reaches over a bridge, or a veth in mode router: PORT of this host (of all its addresses, or of ADDR alone) to PORT of the container. Without ports, list those there are.",
  examples: [
    ["berth publish web 8080:80", "TCP port 8080 of this host"], ["berth publish web 192.0.2.1:53:53/udp '[2001:db8::1]:443:443'", "of single addresses, and over UDP"],
    ["berth publish web", "which there are"], ["berth publish web 8080:80 --remove", "no longer"],
  ],
  notes: [
    "The container sees the address that a packet came from. The ports go with the run: at a stop, also after a kill of its monitor; a reboot keeps them.",
    "From this host itself they are reached over its addresses, not over 127.0.0.1; neighbours on the same bridge are seen with the bridge's address. A firewall of the host may still drop what comes in: berth net doctor says which rule.",
  ],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target, words } = line;
  const ports: PortWish[] = [];
  for (const word of words) {
    const wish = parsePortWish(word);
    if (wish === undefined) return misuse(line, { code: "option.value", text: `'${word}' is no port to publish`, remedy: "[ADDR:]PORT:PORT[/udp], as in 8080:80, 192.0.2.1:53:53/udp or '[2001:db8::1]:443:443'; ports go from 1 to 65535" });
    ports.push(wish);
  }
  const { publish, published } = await import("../../runtime/publish.ts");
  if (ports.length > 0 || options.has("remove")) return runOrExplain(line, await publish(request, target, { ports, isRemoved: options.has("remove") }));
  const result = await published(request, target);
  if (!result.ok) return failed(line, result.problems);
  return done(0, { out: options.has("format") ? asJson(result.value) : result.value.map((one) => `${portWishText(one)} -> ${one.to}\n`).join("") });
});
