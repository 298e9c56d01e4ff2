import { expect, test } from "bun:test";
import { CAPABILITIES, capabilitiesIn, capabilityMask, capabilityNumber } from "./capabilities.ts";

test("numbers are those of linux/capability.h", () => {
  expect(["chown", "CAP_SYS_ADMIN", "mknod", "checkpoint_restore", "40", "41"].map(capabilityNumber)).toEqual([0, 21, 27, 40, 40, 41]);
  expect(["", "nothing", "64", "-1", "cap_"].map(capabilityNumber)).toEqual([undefined, undefined, undefined, undefined, undefined]);
});
test("a mask holds what went in", () => {
  expect(capabilitiesIn(capabilityMask([0, 21, 40, 63]))).toEqual(["chown", "sys_admin", "checkpoint_restore", "63"]);
  expect(capabilitiesIn(capabilityMask(CAPABILITIES.map((_, i) => i)))).toEqual([...CAPABILITIES]);
});
