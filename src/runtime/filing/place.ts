// Owns where a container's files are: beneath the root of its running init, or what its config names.
import { existsSync } from "node:fs";
import { probeInit } from "../../host/probe/init.ts";
import { probeHost } from "../../host/probe/host-facts.ts";
import type { HostFacts } from "../../model/facts.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { RootfsSpec } from "../../model/spec.ts";
import { rootOnly } from "../../model/storage.ts";
import type { FilesPlace } from "../../plan/lifecycle/files.ts";
import { rootIdmap } from "../../plan/rootfs/idmap.ts";
import { layersOf } from "../../plan/rootfs/kind.ts";
import type { ReadPlace } from "../../plan/storage/mounted.ts";
import { mapProblems } from "../../plan/usernsexec.ts";
import { loadConfig } from "../container-config.ts";
import { placeOf } from "../copying/storage.ts";
import { settleExchange } from "../half-made.ts";
import { decidedState, requireRunning, stopped } from "../running-container.ts";
import type { Target } from "../verbs.ts";

export interface Located { readonly facts: HostFacts; readonly place: FilesPlace }

function stoppedPlace(rootfs: RootfsSpec, target: Target, { isWriting, isRoot }: { readonly isWriting: boolean; readonly isRoot: boolean }): Result<Extract<FilesPlace, { readonly kind: "stopped" }>["place"]> {
  const found: Result<ReadPlace> = placeOf(rootfs);
  if (!found.ok || found.value.kind === "directory") return found;
  const layers = found.value.kind === "layers" ? layersOf(rootfs.path) : undefined;
  if (layers === undefined) return isRoot ? found : fail(rootOnly(`an ordinary user cannot ${isWriting ? "write" : "read"} '${rootfs.path}' while ${target.name} is stopped`, { at: rootfs.from, remedy: "do it as root" }));
  if (!isWriting) return found;
  if (existsSync(layers.upper) && existsSync(layers.work)) return ok({ kind: "written layers", ...layers });
  return fail({ code: "container.stopped", at: rootfs.from, text: `${target.name} has no layer of its own yet`, cause: "it has never run", remedy: `start it first: berth start ${target.name}` });
}

async function atRest(request: Request, target: Target, isWriting: boolean): Promise<Result<Located>> {
  const exchanged = await settleExchange(request, target);
  if (!exchanged.ok) return exchanged;
  const loaded = loadConfig(request, target);
  if (!loaded.ok) return loaded;
  const { rootfs, idmap } = loaded.value.spec;
  if (rootfs === undefined || rootfs.path === "") return fail({ code: "rootfs.missing", text: `${target.name} has no files of its own`, cause: "its config has no lxc.rootfs.path", remedy: "it runs on the host's" });
  const facts = probeHost(request, { idmap: true });
  const place = stoppedPlace(rootfs, target, { isWriting, isRoot: facts.caller.euid === 0 });
  if (!place.ok) return place;
  // a mount that maps ids: on the disk they are as the container sees them
  const map = rootIdmap(rootfs) === "container" ? [] : idmap;
  const problems = map[0] === undefined ? [] : mapProblems(facts, map.map(({ value }) => value), map[0].from);
  return problems.length > 0 ? fail(...problems) : ok({ facts, place: { kind: "stopped", place: place.value, idmap: map.map(({ value }) => value), isWritten: isWriting } });
}

export async function locate(request: Request, target: Target, isWriting: boolean): Promise<Result<Located>> {
  const state = await decidedState(request, target);
  if (state.state === "STOPPED" && !state.isForeign) return atRest(request, target, isWriting);
  const live = requireRunning(target, state);
  if (!live.ok) return live;
  const { record, initPid, initStart } = live.value;
  const init = probeInit({ pid: initPid, startTime: initStart, cgroups: [], namespaces: record.namespaces });
  if (init === undefined) return fail(stopped(target));
  return ok({ facts: probeHost(request, {}), place: { kind: "running", init } });
}
