// Owns the verb publish: ports of this host that lead to a running container, listed, added, removed.
import { ipv4Addresses, ipv6Addresses } from "../host/probe/addresses.ts";
import { portOwner } from "../host/probe/port-owner.ts";
import { nftProgram, publishedRuns } from "../host/probe/published.ts";
import type { PublishedRun } from "../host/probe/published.ts";
import { startTimeOf } from "../host/store/liveness.ts";
import { readText } from "../host/read-text.ts";
import type { Published, RunId } from "../linux/nft-publish.ts";
import { areInConflict, portWishText } from "../linux/port-words.ts";
import type { PortWish } from "../linux/port-words.ts";
import { reachedOver } from "../linux/proc-route.ts";
import type { Reached } from "../linux/proc-route.ts";
import { byOption } from "../model/origin.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { planPublish } from "../plan/lifecycle/publish.ts";
import { decidedState, requireRunning } from "./running-container.ts";
import type { LiveContainer } from "./running-container.ts";
import type { PublishVerb, PublishedVerb, Target } from "./verbs.ts";

const PORTS = byOption("PORT:PORT");
const isSame = (one: RunId, two: RunId): boolean => one.pid === two.pid && one.start === two.start;
export const isOver = ({ pid, start }: RunId): boolean => startTimeOf(pid) !== start;

/** Addresses of the container that this host reaches without a gateway: over a bridge, or a veth of its own. */
function reachedOf({ initPid }: LiveContainer): readonly Reached[] {
  const routes = { route: readText("/proc/net/route") ?? "", ipv6Route: readText("/proc/net/ipv6_route") ?? "" };
  return [...ipv4Addresses(initPid), ...ipv6Addresses(initPid)].flatMap((address) => reachedOver(address, routes) ?? []);
}

/** At an address of IPv4, which comes last where there are both. */
export const isReached = (live: LiveContainer): boolean => reachedOf(live).some(({ address }) => !address.includes(":"));

interface Run { readonly live: LiveContainer; readonly run: RunId; readonly own: PublishedRun | undefined; readonly others: readonly PublishedRun[] }

async function runOf(request: Request, target: Target): Promise<Result<Run>> {
  if (request.euid !== 0) return fail({ code: "privilege", text: "only root may publish ports of this host", remedy: "an ordinary user's container publishes its own: lxc.net.0.type = user, and berth start NAME --publish 8080:80" });
  if (nftProgram() === undefined) return fail({ code: "host.feature", text: "nft is missing: it makes the rules of published ports", remedy: "apt install nftables" });
  const live = requireRunning(target, await decidedState(request, target));
  if (!live.ok) return live;
  const { monitorPid: pid, monitorStart: start } = live.value.record;
  if (pid === undefined || start === undefined) return fail({ code: "container.stopped", text: `${target.name} has no monitor` });
  const runs = publishedRuns();
  const run = { pid, start };
  return ok({ live: live.value, run, own: runs.find((one) => isSame(one.run, run)), others: runs.filter((one) => !isSame(one.run, run)) });
}

const isFor = (wish: PortWish, address: string): boolean => wish.address === undefined || wish.address.includes(":") === address.includes(":");

/** The first address of either family; of one alone where the wish names an address of this host. */
function targetsOf(wish: PortWish, reached: readonly Reached[]): readonly Published[] {
  const [four, six] = [reached.find(({ address }) => !address.includes(":")), reached.find(({ address }) => address.includes(":"))];
  return [four, six].flatMap((found) => (found === undefined || !isFor(wish, found.address) ? [] : [{ ...wish, to: found.address }]));
}

function forwardingProblem(added: readonly Published[]): readonly Problem[] {
  const isOff = (path: string): boolean => readText(path)?.trim() === "0";
  const off = (name: string): Problem => ({ code: "network.link", at: PORTS, text: `this host does not forward: ${name} is 0`, remedy: `sysctl -w ${name}=1 (lxc-net start does so, too)` });
  const [isFour, isSix] = [added.some(({ to }) => !to.includes(":")), added.some(({ address }) => address?.includes(":") === true)];
  return [
    ...(isFour && isOff("/proc/sys/net/ipv4/ip_forward") ? [off("net.ipv4.ip_forward")] : []),
    ...(isSix && isOff("/proc/sys/net/ipv6/conf/all/forwarding") ? [off("net.ipv6.conf.all.forwarding")] : []),
  ];
}

function wishProblem(wish: PortWish, { own, others }: Run, { reached, name }: { readonly reached: readonly Reached[]; readonly name: string }): Problem | undefined {
  const text = portWishText(wish);
  const refuse = (why: string, remedy: string): Problem => ({ code: "network.link", at: PORTS, text: `${text}: ${why}`, remedy });
  if (wish.address === "::1" || wish.address?.startsWith("127.") === true) return refuse("the kernel lets no packet of this host's loopback out, nor an answer to it in", "leave the address out, or name another one of this host, by which it reaches the container, too");
  if (targetsOf(wish, reached).length === 0) {
    return reached.length === 0 ? refuse(`${name} has no address that this host reaches directly`, "give it one (lxc-info -i shows what it has); a container on a bridge has to have got it first")
      : refuse(`${name} has no address of that family`, "leave the address of this host out, or name one of the other family");
  }
  const other = others.find(({ run, ports }) => !isOver(run) && ports.some((one) => areInConflict(one, wish)));
  if (other !== undefined) return refuse("the port is published for another container", "berth net list shows which; choose another port");
  if (own?.ports.some((one) => areInConflict(one, wish)) === true) return undefined;
  const owner = portOwner(wish.address ?? "0.0.0.0", [[wish.protocol, wish.port]]);
  return owner === undefined ? undefined : refuse(`the port is taken by ${owner.who}`, "stop it, or choose another port");
}

/** What it has now. Problems: `container.stopped`, `privilege`, `host.feature`. */
export const published: PublishedVerb = async (request, target) => {
  const run = await runOf(request, target);
  return run.ok ? ok(run.value.own?.ports ?? []) : run;
};

const covers = (wishes: readonly PortWish[], one: Published): boolean => wishes.some((wish) => wish.port === one.port && wish.protocol === one.protocol && wish.toPort === one.toPort && wish.address === one.address);

/** Ports of this host that lead to a running container; they go when it ends. For root. Problems: `container.stopped`, `privilege`, `network.link`, `host.feature`, `option.value`. */
export const publish: PublishVerb = async (request, target, { ports, isRemoved }) => {
  const found = await runOf(request, target);
  if (!found.ok) return found;
  const { live, run, own, others } = found.value;
  const reached = reachedOf(live);
  const problems = isRemoved ? [] : ports.flatMap((wish) => wishProblem(wish, found.value, { reached, name: target.name }) ?? []);
  const before = own?.ports ?? [];
  const kept = before.filter((one) => (isRemoved ? ports.length > 0 && !covers(ports, one) : !ports.some((wish) => areInConflict(wish, one))));
  const added = isRemoved ? [] : ports.flatMap((wish) => targetsOf(wish, reached));
  const missing = isRemoved ? ports.filter((wish) => !before.some((one) => covers([wish], one))) : [];
  problems.push(...forwardingProblem(added), ...missing.map((wish): Problem => ({ code: "option.value", at: PORTS, text: `${portWishText(wish)} is not published for ${target.name}`, remedy: `berth publish ${target.name} lists what is` })));
  if (problems.length > 0) return fail(...problems);
  const over = others.flatMap((one) => (isOver(one.run) ? [one.run] : []));
  return ok(planPublish({ ...target, nft: nftProgram() ?? "nft", run, ports: [...kept, ...added], reached, isKept: own !== undefined, over }));
};
