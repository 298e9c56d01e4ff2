import { expect, test } from "bun:test";
import { humanSize } from "./size.ts";

test("sizes as lxc-info prints them", () => {
  const sizes: readonly (readonly [bigint, string])[] = [
    [0n, "0 bytes"], [1024n, "1024 bytes"], [1025n, "1.00 KiB"], [733184n, "716.00 KiB"], [1048576n, "1024.00 KiB"], [1143000n, "1.09 MiB"], [3n << 30n, "3.00 GiB"], [1n << 30n, "1024.00 MiB"],
  ];
  for (const [bytes, text] of sizes) expect(humanSize(bytes)).toBe(text);
});
