import { expect, test } from "bun:test";
import { bytesOf, humanSize } from "./size.ts";

test("sizes as lxc-info prints them", () => {
  const sizes: readonly (readonly [bigint, string])[] = [
    [0n, "0 bytes"], [1024n, "1024 bytes"], [1025n, "1.00 KiB"], [733184n, "716.00 KiB"], [1048576n, "1024.00 KiB"], [1143000n, "1.09 MiB"], [3n << 30n, "3.00 GiB"], [1n << 30n, "1024.00 MiB"],
  ];
  for (const [bytes, text] of sizes) expect(humanSize(bytes)).toBe(text);
});

test("sizes as lxc-create is told them: a bare number is MiB", () => {
  expect(["500", "1G", "2g", "3m", "4k", "5b", "1T"].map(bytesOf)).toEqual([500 << 20, 1 << 30, 2 ** 31, 3 << 20, 4096, 5, 2 ** 40]);
  expect(["", "x", "1x", "-1", "0", "1.5G", "99999999T"].map(bytesOf)).toEqual(Array(7).fill(undefined));
});
