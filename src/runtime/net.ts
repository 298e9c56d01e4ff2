// Owns the verbs of lxc-net: the containers' own bridge, up and down.
import { probeBridge, probeBridgeSettings } from "../host/probe/bridge.ts";
import type { Plan } from "../isa/op.ts";
import type { BridgeFacts, BridgeSettings } from "../model/bridge.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { planBridgeDown, planBridgeUp } from "../plan/lifecycle/bridge.ts";
import { furtherNetworks } from "./networks.ts";
import type { Found } from "./networks.ts";

export interface BridgeState { readonly settings: BridgeSettings; readonly facts: BridgeFacts }

export function bridgeState(): BridgeState {
  const settings = probeBridgeSettings();
  return { settings, facts: probeBridge(settings) };
}

const notRoot = (request: Request): Result<never> | undefined => (request.euid === 0 ? undefined : fail({ code: "privilege", text: "only root may set up the bridge", remedy: "run it as root" }));

const nothing = (name: string): Plan => ({ verb: "net", name, lxcpath: "", ops: [] });

/** One that cannot come up is said, and keeps no other back. */
function withEach(own: Plan, plans: readonly Result<Plan>[]): Result<Plan> {
  const warnings = plans.flatMap((plan) => (plan.ok ? [] : plan.problems.map((problem): Problem => ({ ...problem, severity: "warning" }))));
  return ok({ ...own, ops: [...own.ops, ...plans.flatMap((plan) => (plan.ok ? plan.value.ops : []))] }, warnings);
}
/** Those of berth net that are not up yet. */
const furtherUp = (own: Plan): Result<Plan> => withEach(own, furtherNetworks().filter(({ settings, facts }) => settings.isWanted && !facts.isUp).map(({ settings, facts }) => planBridgeUp(settings, facts)));
const furtherDown = (own: Plan): Plan => ({ ...own, ops: [...own.ops, ...furtherNetworks().filter(({ facts }) => facts.isUp).flatMap(({ settings, facts }) => planBridgeDown(settings, facts).ops)] });

export function netUp(request: Request): Result<Plan> {
  const refused = notRoot(request);
  if (refused !== undefined) return refused;
  const { settings, facts } = bridgeState();
  if (!settings.isWanted) return furtherUp(nothing(settings.name));
  if (facts.isUp) return fail({ code: "container.running", text: "lxc-net is already running", remedy: "lxc-net restart" });
  const up = planBridgeUp(settings, facts);
  return up.ok ? furtherUp(up.value) : up;
}

export function netDown(request: Request): Result<Plan> {
  const refused = notRoot(request);
  if (refused !== undefined) return refused;
  const { settings, facts } = bridgeState();
  return facts.isUp ? ok(furtherDown(planBridgeDown(settings, facts))) : fail({ code: "container.stopped", text: "lxc-net isn't running", remedy: "lxc-net start" });
}

/** One plan: down, then up with what is left then. */
function again({ settings, facts }: Found): Result<Plan> {
  const { link, ...rest } = facts;
  const up = settings.isWanted ? planBridgeUp(settings, link?.hasPorts === true || link?.isBridge === false ? facts : rest) : ok(nothing(settings.name));
  return up.ok ? ok({ ...up.value, ops: [...planBridgeDown(settings, facts).ops, ...up.value.ops] }) : up;
}

export function netAgain(request: Request): Result<Plan> {
  const refused = notRoot(request);
  if (refused !== undefined) return refused;
  const own = again(bridgeState());
  return own.ok ? withEach(own.value, furtherNetworks().map(again)) : own;
}
