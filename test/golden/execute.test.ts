import { test } from "bun:test";
import { planExecute } from "../../src/plan/lifecycle/execute.ts";
import { expectGolden } from "./golden.ts";
import { factsOf, inputsOf, specOf, userFacts, idmap, undelegated } from "./fixtures.ts";

test("a program on the host's own root, without a config", () => {
  const { rootfs: _rootfs, ...bare } = specOf({ autoMounts: {} });
  expectGolden("execute-host-root", planExecute(bare, factsOf(), inputsOf({ isDaemon: false, command: ["/bin/true", "-x"] })));
});

test("a user's program in a container", () =>
  expectGolden("execute-user", planExecute(specOf({ idmap }), userFacts({ cgroups: undelegated }), inputsOf({ isDaemon: false, command: ["/bin/true"] }))));
