import { expect, test } from "bun:test";
import { amountOf, bfqOfIo, ioOfBlkio, sharesOfNice, sharesOfWeight, weightOfShares } from "./cgroup-values.ts";

test("amounts as the kernel reads them", () => {
  expect(["0", "4096", "1k", "512M", "1g", "2T", "-1", "max"].map(amountOf)).toEqual([0n, 4096n, 1024n, 536870912n, 1073741824n, 2199023255552n, "unlimited", "unlimited"]);
  for (const none of ["", "1x", "-2", "1.5G", "MAX", "1 G"]) expect([none, amountOf(none)]).toEqual([none, undefined]);
});

test("weights: the defaults meet, the ends too, and the scheduler's weight survives the way there and back", () => {
  expect(["2", "10", "512", "1024", "2048", "262144"].map(weightOfShares)).toEqual(["1", "1", "50", "100", "200", "10000"]);
  expect(["1", "50", "100", "200", "10000"].map(sharesOfWeight)).toEqual(["10", "512", "1024", "2048", "102400"]);
  expect(["10", "500", "1000"].map(ioOfBlkio)).toEqual(["2", "100", "200"]);
  expect(["1", "100", "10000"].map(bfqOfIo)).toEqual(["1", "100", "1000"]);
  expect(["-20", "0", "19", "20", "x"].map(sharesOfNice)).toEqual(["88761", "1024", "15", undefined, undefined]);
  for (let weight = 1; weight <= 10000; weight += 7) expect(weightOfShares(sharesOfWeight(String(weight)) ?? "")).toBe(String(weight));
});
