// Owns making the place of a copy's root file system: of a list the first that can be made.
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import type { ContainerSpec } from "../../model/spec.ts";
import { makeStorage } from "../creating/storage.ts";
import type { Target } from "../verbs.ts";
import { nextStorage, type CopyStorage, type StorageWish } from "./storage.ts";

export interface Placing { readonly options: { readonly to: Target }; readonly spec: ContainerSpec; readonly facts: HostFacts; readonly wish: StorageWish; readonly storage: CopyStorage }

export async function makePlace({ options: { to }, spec: { rootfs, idmap }, facts, wish, storage: first }: Placing): Promise<Result<CopyStorage>> {
  for (let storage = first; ;) {
    const problem = storage.made === undefined ? undefined : await makeStorage(to, facts, storage.made, { from: byOption("--backingstorage"), idmap: idmap.map(({ value }) => value) });
    if (problem === undefined) return ok(storage);
    if (storage.choice === undefined || rootfs === undefined) return fail(problem);
    const next = nextStorage(rootfs, wish, { choice: storage.choice, problem });
    if (!next.ok) return next;
    storage = next.value;
  }
}
