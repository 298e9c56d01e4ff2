// Owns the verbs of lxc-net: the containers' own bridge, up and down.
import { probeBridge, probeBridgeSettings } from "../host/probe/bridge.ts";
import type { Plan } from "../isa/op.ts";
import type { BridgeFacts, BridgeSettings } from "../model/bridge.ts";
import type { Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { BRIDGE_MARK, DNSMASQ_PID, planBridgeDown, planBridgeUp } from "../plan/lifecycle/bridge.ts";

export interface BridgeState { readonly settings: BridgeSettings; readonly facts: BridgeFacts }

export function bridgeState(): BridgeState {
  const settings = probeBridgeSettings();
  return { settings, facts: probeBridge(settings, { mark: BRIDGE_MARK, pid: DNSMASQ_PID }) };
}

const notRoot = (request: Request): Result<never> | undefined => (request.euid === 0 ? undefined : fail({ code: "privilege", text: "only root may set up the bridge", remedy: "run it as root" }));

const nothing = (name: string): Plan => ({ verb: "net", name, lxcpath: "", ops: [] });

export function netUp(request: Request): Result<Plan> {
  const refused = notRoot(request);
  if (refused !== undefined) return refused;
  const { settings, facts } = bridgeState();
  if (!settings.isWanted) return ok(nothing(settings.name));
  if (facts.isUp) return fail({ code: "container.running", text: "lxc-net is already running", remedy: "lxc-net restart" });
  return planBridgeUp(settings, facts);
}

export function netDown(request: Request): Result<Plan> {
  const refused = notRoot(request);
  if (refused !== undefined) return refused;
  const { settings, facts } = bridgeState();
  return facts.isUp ? ok(planBridgeDown(settings, facts)) : fail({ code: "container.stopped", text: "lxc-net isn't running", remedy: "lxc-net start" });
}

/** One plan: down, then up with what is left then. */
export function netAgain(request: Request): Result<Plan> {
  const refused = notRoot(request);
  if (refused !== undefined) return refused;
  const { settings, facts } = bridgeState();
  const { link, ...rest } = facts;
  const up = settings.isWanted ? planBridgeUp(settings, link?.hasPorts === true || link?.isBridge === false ? facts : rest) : ok(nothing(settings.name));
  return up.ok ? ok({ ...up.value, ops: [...planBridgeDown(settings, facts).ops, ...up.value.ops] }) : up;
}
