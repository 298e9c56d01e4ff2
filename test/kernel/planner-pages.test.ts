// The planner that was built lies in its file as the kernel wants it for huge pages.
import { expect, test } from "bun:test";
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { HUGE, codeOf } from "../../scripts/huge-pages.ts";
import { DIST } from "./place.ts";

test("its code is as far from a huge page's border in the file as in memory", () => {
  const fd = openSync(join(DIST, "libexec/berth/berth-planner"), "r");
  const head = new Uint8Array(4096);
  try {
    expect(readSync(fd, head, 0, head.length, 0)).toBe(head.length);
  } finally {
    closeSync(fd);
  }
  new DataView(head.buffer).setUint16(60, 0, true); // its sections are further on
  const { offset, vaddr } = codeOf(head);
  expect((vaddr - offset) % HUGE).toBe(0);
});
