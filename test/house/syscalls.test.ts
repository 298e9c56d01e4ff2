// The tables of system calls are those of the kernel's headers, which may be newer or older than the ones they were made from.
import { expect, test } from "bun:test";
import { readTable, tablesFile, x86Tables } from "../../scripts/gen-syscalls.ts";
import * as X86 from "../../src/linux/seccomp/x86.gen.ts";
import { AARCH64, ARM } from "../../src/linux/seccomp/arm.gen.ts";

test("no call of this machine's headers is missing or has another number", () => {
  const written: Readonly<Record<string, string>> = { ...X86 };
  for (const [name, table] of Object.entries(x86Tables())) {
    expect(table.size).toBeGreaterThan(350);
    expect([...table].filter(([call, number]) => written[name]?.includes(`,${call}=${number},`) !== true)).toEqual([]);
  }
});

test("numbers that are known by heart", () => {
  expect([[X86.X86_64, "umount2=166"], [X86.I386, "umount2=52"], [X86.X32, "kexec_load=528"], [AARCH64, "umount2=39"], [AARCH64, "mmap=222"], [ARM, "umount2=52"], [ARM, "cacheflush=983042"], [AARCH64, "mseal=462"]]
    .filter(([table = "", row = ""]) => !table.includes(`,${row},`))).toEqual([]);
});

test("headers are read in all their spellings", () => {
  const table = readTable("#define __NR_a 7\n#define __NR_b (__BASE + 0x10)\n#define __NR_c (__X32_SYSCALL_BIT + 3)\n#define __NR3264_d 9\n#define __NR_d __NR3264_d\n#define __NR_syscalls 451\n#define __ARM_NR_e (__ARM_NR_BASE+1)\n");
  expect(["a", "b", "c", "d", "e", "syscalls"].map((name) => table.get(name))).toEqual([7, undefined, 3, 9, 0xf0001, undefined]);
  expect(tablesFile({ A: new Map([["read", 0]]) })).toContain('export const A = ",read=0,";');
});
