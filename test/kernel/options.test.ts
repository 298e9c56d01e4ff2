// Options with values that are wrong, or that name something else than they seem to: told before anything is done.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { berth, create, leavePlace, makePlace, start } from "./place.ts";
import type { Place } from "./place.ts";

let place: Place;
beforeAll(() => {
  place = makePlace("root-owned");
  create(place);
  start(place);
});
afterAll(async () => {
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
});

test("attach -a takes architectures only", () => {
  expect(berth(place, "lxc-attach", ["-n", place.name, "-a", "i686", "--", "uname", "-m"])).toEqual({ status: 0, stdout: "i686\n", stderr: "" });
  expect(berth(place, "lxc-attach", ["-n", place.name, "-a", "i687", "--", "uname", "-m"])).toEqual({ status: 1, stdout: "", stderr: expect.stringContaining("did you mean 'i686'?") });
});
