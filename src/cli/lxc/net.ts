// Owns lxc-net: the bridge that containers of the default config are attached to.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, misuse, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { EXPLAIN } from "../options.ts";
import type { Tool } from "../options.ts";

const rows = [EXPLAIN] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-net", synopsis: "start|stop|restart|reload|status", hasName: false, rows,
  about: "Set up the bridge of /etc/default/lxc-net (lxcbr0) with its addresses, rules of nft(8), or iptables(8) where there is none or LXC_USE_NFT is not true, that let containers out, and a dnsmasq(8) that gives them addresses and names; or take it all away again.",
  examples: [["lxc-net start", "the bridge, its rules, dnsmasq"], ["lxc-net status", "what of it is there"], ["lxc-net restart", "after a change of /etc/default/lxc-net; containers stay attached"], ["lxc-net start --explain", "what it would do, step by step"]],
  notes: ["A container gets the same address again, by its hardware address; leases outlive a restart.", "A bridge with containers in it stays when lxc-net stops."],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { netAgain, netDown, netUp, bridgeState } = await import("../../runtime/net.ts");
  switch (line.words[0]) {
    case "start": return runOrExplain(line, netUp(request));
    case "stop": return runOrExplain(line, netDown(request));
    case "restart": case "reload": case "force-reload": return runOrExplain(line, netAgain(request));
    case "status": {
      const { settings, facts } = bridgeState();
      const dnsmasq = facts.dnsmasqPid === undefined ? "not running" : `pid ${facts.dnsmasqPid}`;
      return done(facts.isUp ? 0 : 3, { out: `${settings.name}: ${facts.isUp ? "up" : "down"}\naddress: ${settings.ipv4.address}/${settings.ipv4.prefix}\ndnsmasq: ${dnsmasq}\n` });
    }
    default: return { ...misuse(line, { code: "option.value", text: "Usage: lxc-net {start|stop|restart|reload|force-reload|status}" }), status: 2 };
  }
});
