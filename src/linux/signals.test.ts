import { expect, test } from "bun:test";
import { RTMAX, signalName, signalNumber } from "./signals.ts";

test("names, numbers and real-time signals", () => {
  expect(["SIGKILL", "9", "SIGPWR", "SIGRTMIN", "SIGRTMIN+3", "SIGRTMAX-1", "SIGCLD"].map(signalNumber)).toEqual([9, 9, 30, 34, 37, 63, 17]);
});
test("what is no signal", () => {
  expect(["KILL", "sigkill", "0", "65", "SIGRTMIN+31", "SIGRTMAX+1", "SIGRTMIN-1", "", "SIG", "9x"].map(signalNumber)).toEqual(Array.from({ length: 10 }, () => undefined));
});
test("a name read back gives the number", () => {
  for (let value = 1; value <= RTMAX; value++) expect(signalNumber(signalName(value))).toBe(value);
});
