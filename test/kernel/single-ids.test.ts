// A user with two single ids and no block of 65536 gets a container whose root and user 1000 are those two.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { berth, create, initPid, inside, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";

let place: Place;
beforeAll(() => { place = makePlace("single-id maps"); });
afterAll(async () => { await leavePlace(place); });

test("u 0 2001 1 and u 1000 2002 1: create, start, attach as both, stop, destroy", () => {
  create(place);
  start(place);
  const map = readFileSync(`/proc/${initPid(place)}/uid_map`, "utf8").trim().split("\n").map((line) => line.trim().split(/\s+/).join(" "));
  expect(map).toEqual(["0 2001 1", "1000 2002 1"]);
  expect(inside(place, "id -u; cat /proc/1/comm")).toBe("0\ninit");
  expect(berth(place, "lxc-attach", ["-n", place.name, "-u", "1000", "-g", "1000", "--", "id", "-u"]).stdout.trim()).toBe("1000");
  expect(inside(place, "touch /root/x && chown 1000:1000 /root/x && stat -c %u /root/x")).toBe("1000");
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  expect(state(place)).toBe("STOPPED");
  works(place, "lxc-destroy", ["-n", place.name]);
});
