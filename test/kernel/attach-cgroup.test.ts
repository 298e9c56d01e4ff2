// A command of lxc-attach is below the container's limits: in its cgroups, whoever owns them.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { berth, create, inside, leavePlace, makePlace, start } from "./place.ts";
import type { Place } from "./place.ts";

describe.each(["root-owned", "user-owned, delegated"] as const)("%s", (kind) => {
  let place: Place;
  beforeAll(() => {
    place = makePlace(kind);
    create(place);
    start(place);
  });
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
  });

  test("the command is where init is, in each hierarchy", () => {
    const [command = "", init = ""] = inside(place, "cat /proc/self/cgroup; echo =; cat /proc/1/cgroup").split("=\n");
    expect(init).toContain(":/");
    expect(command).toBe(`${init}\n`);
  });
});
