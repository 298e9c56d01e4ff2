import { expect, test } from "bun:test";
import { frozenState } from "./freezer.ts";

test.each([
  ["THAWED\n", undefined], ["FREEZING\n", "FREEZING"], ["FROZEN\n", "FROZEN"],
  ["populated 1\nfrozen 0\n", undefined], ["populated 1\nfrozen 1\n", "FROZEN"], ["populated 1\nfrozen 10\n", undefined], ["", undefined],
] as const)("%j", (text, state) => { expect(frozenState(text)).toBe(state); });
