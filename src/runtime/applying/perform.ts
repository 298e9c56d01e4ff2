// Owns doing one step of a project, by the verbs that there are.
import { chmodSync, mkdirSync } from "node:fs";
import { configFile } from "../../host/store/layout.ts";
import { probeHost } from "../../host/probe/host-facts.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { Progress } from "../../model/progress.ts";
import type { Condition, Project, WantedContainer } from "../../model/project.ts";
import type { Request } from "../../model/request.ts";
import { planOwn } from "../../plan/lifecycle/create.ts";
import { arrive } from "../awaiting/milestone.ts";
import { configSet } from "../config-set.ts";
import { configUnset } from "../config-unset.ts";
import { loadConfig } from "../container-config.ts";
import { create } from "../create.ts";
import { createNetwork } from "../networks.ts";
import { BACKGROUND_START, PLAIN_STOP } from "../plain-options.ts";
import { run } from "../run.ts";
import { start } from "../start.ts";
import { stop } from "../stop.ts";
import type { Target } from "../verbs.ts";
import { awaitHealth } from "./health.ts";
import { atLines, publishPorts } from "./ports.ts";
import type { Step } from "./steps.ts";

export interface Performing { readonly request: Request; readonly lxcpath: string; readonly project: Project; readonly end: AbortSignal; readonly onProgress?: (progress: Progress) => void }

const STOP_SECONDS = 60;
/** For a boot, or an address. */
const PATIENCE_SECONDS = 120;

/** Its verb's problems say the container's name. */
async function made({ request, lxcpath, onProgress }: Performing, { name, made: from, at }: Pick<WantedContainer, "name" | "made"> & { readonly at: WantedContainer["from"] }): Promise<Result<unknown>> {
  if (from.kind === "none") return fail({ code: "template.missing", at, text: `there is no container '${name}', and nothing says what it is to be made of`, remedy: "give it an image or a template" });
  const [template, templateArgs] = from.kind === "image" ? ["image", [from.image]] : [from.template, from.args];
  return create(request, { name, lxcpath }, { template, templateArgs, image: { servers: [], isOffline: false }, isQuiet: onProgress === undefined, ...(onProgress === undefined ? {} : { onProgress }) });
}

async function volume({ request, lxcpath }: Performing, { path, container }: Extract<Step, { readonly do: "make volume" }>): Promise<Result<unknown>> {
  const target: Target = { name: container, lxcpath };
  const loaded = loadConfig(request, target);
  if (!loaded.ok) return loaded;
  mkdirSync(path, { recursive: true, mode: 0o755 });
  chmodSync(path, 0o755);
  const idmap = loaded.value.spec.idmap.map(({ value }) => value);
  return idmap.length === 0 ? ok(undefined) : run(request, planOwn(target, probeHost(request, { idmap: true }), idmap, [path]));
}

async function configured(request: Request, target: Target, { changes }: Extract<Step, { readonly do: "configure" }>): Promise<Result<unknown>> {
  const [set, unset] = [changes.filter(({ after }) => after.length > 0), changes.filter(({ after }) => after.length === 0)];
  const changed = set.length === 0 ? ok(undefined) : await configSet(request, target, set.map(({ key, after }) => ({ key, values: after })), { isReplace: true });
  if (!changed.ok || unset.length === 0) return changed;
  return configUnset(request, target, unset.map(({ key }) => key), { isClear: true });
}

/** And, where a dependant waits for it, booted or on the network. */
async function started({ request, project }: Performing, target: Target, { condition }: { readonly condition?: Condition }): Promise<Result<unknown>> {
  const plan = await start(request, target, BACKGROUND_START);
  const ran = plan.ok ? await run(request, plan.value) : plan;
  if (!ran.ok) return fail(...atLines(ran.problems, project.containers.find(({ name }) => name === target.name)?.ports ?? []));
  if (condition !== "booted" && condition !== "network") return ran;
  const { missing, problems } = await arrive(request, target, { milestone: condition, seconds: PATIENCE_SECONDS, deadline: Date.now() + PATIENCE_SECONDS * 1000 });
  return missing === undefined ? ran : fail(...problems);
}
async function stopped(request: Request, target: Target): Promise<Result<unknown>> {
  const plan = await stop(request, target, { ...PLAIN_STOP, isKill: false, timeout: STOP_SECONDS });
  return plan.ok ? run(request, plan.value) : plan;
}

const unwell = (name: string): Problem => ({ code: "container.late", text: `${name} is not healthy`, cause: "its health command has not ended with status 0 in time", remedy: `run it by hand: berth exec ${name} -- COMMAND; berth logs ${name} shows its console` });

export async function perform(performing: Performing, step: Step): Promise<Result<unknown>> {
  const { request, lxcpath, project, end } = performing;
  const target = (name: string): Target => ({ name, lxcpath });
  switch (step.do) {
    case "make network": {
      const plan = createNetwork(request, step.network.name, step.network);
      return plan.ok ? run(request, plan.value) : plan;
    }
    case "make volume": return volume(performing, step);
    case "create": return made(performing, { ...step.container, at: { ...step.container.from, file: step.container.from.file ?? configFile(target(step.container.name)) } });
    case "configure": return configured(request, target(step.name), step);
    case "stop": return stopped(request, target(step.name));
    case "restart": {
      const down = await stopped(request, target(step.name));
      return down.ok ? started(performing, target(step.name), step) : down;
    }
    case "start": return started(performing, target(step.name), step);
    case "publish": return publishPorts(request, target(step.name), step);
    case "await health": {
      const health = project.containers.find(({ name }) => name === step.name)?.health;
      return health === undefined || await awaitHealth(request, target(step.name), health, end) ? ok(undefined) : fail(unwell(step.name));
    }
  }
}
