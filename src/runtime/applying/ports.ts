// Owns the ports of a project: what is refused before anything is done, and their publishing for a container that runs.
import { configFile } from "../../host/store/layout.ts";
import { mayMention } from "../../host/store/mentions.ts";
import { parsePortWish, portWishText } from "../../linux/port-words.ts";
import type { Origin } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { Project } from "../../model/project.ts";
import type { Request } from "../../model/request.ts";
import { arrive } from "../awaiting/milestone.ts";
import { loadConfig } from "../container-config.ts";
import { isReached, publish } from "../publish.ts";
import { run } from "../run.ts";
import { decidedState, requireRunning } from "../running-container.ts";
import type { Target } from "../verbs.ts";
import type { Step } from "./steps.ts";

const isLoopback = (address: string | undefined): boolean => address === "::1" || address?.startsWith("127.") === true;

/** What root cannot do at all. */
export function portProblems(request: Request, project: Project): readonly Problem[] {
  if (request.euid !== 0) return [];
  return project.containers.flatMap(({ ports }) => ports.filter(({ wish }) => isLoopback(wish.address)).map(({ wish, from }): Problem => ({
    code: "network.link", at: from, text: placedText(from, `${portWishText(wish)}: root's ports are rules of nft, and the kernel lets no packet of this host's loopback out`), remedy: "leave the address out, or name another one of this host; an ordinary user's container may have it, by pasta",
  })));
}

/** With the column, as all mistakes of a project file are told. */
const placedText = ({ file, line, column }: Origin, text: string): string => `${file ?? ""}:${line ?? 1}:${column ?? 1}: ${text}`;

/** At the line of the file that asks for it, where the verb knows only the port. */
export function atLines(problems: readonly Problem[], ports: Project["containers"][number]["ports"]): readonly Problem[] {
  return problems.map((problem) => {
    const { at, text, cause } = problem;
    const asker = ports.find(({ wish }) => text.startsWith(`${portWishText(wish)}: `)) ?? (at?.key === "berth.publish" ? ports[0] : ports.find(({ wish }) => cause?.includes(`${wish.port}:${wish.toPort}'`)));
    return asker === undefined ? problem : { ...problem, at: asker.from, text: placedText(asker.from, text) };
  });
}

const PATIENCE_SECONDS = 60;

/** Those that the config of root's container lists: of one that has been started with the machine. */
export async function publishConfigured(request: Request, target: Target): Promise<Result<unknown>> {
  const loaded = request.euid === 0 && mayMention(configFile(target), ["berth.publish"]) ? loadConfig(request, target) : undefined;
  if (loaded?.ok !== true) return ok(undefined);
  const add = (loaded.value.spec.published ?? []).flatMap(({ value, from }) => { const wish = parsePortWish(value); return wish === undefined ? [] : [{ wish, from }]; });
  return add.length === 0 ? ok(undefined) : publishPorts(request, target, { add, remove: [] });
}

/** Its address is waited for. */
export async function publishPorts(request: Request, target: Target, { add, remove }: Pick<Extract<Step, { readonly do: "publish" }>, "add" | "remove">): Promise<Result<unknown>> {
  const live = requireRunning(target, await decidedState(request, target));
  if (!live.ok) return live;
  if (add.length > 0 && !isReached(live.value)) await arrive(request, target, { milestone: "network", seconds: PATIENCE_SECONDS, deadline: Date.now() + PATIENCE_SECONDS * 1000 });
  for (const [ports, isRemoved] of [[remove, true], [add.map(({ wish }) => wish), false]] as const) {
    if (ports.length === 0) continue;
    const plan = await publish(request, target, { ports, isRemoved });
    const ran = plan.ok ? await run(request, plan.value) : plan;
    if (!ran.ok) return fail(...atLines(ran.problems, add));
  }
  return ok(undefined);
}
