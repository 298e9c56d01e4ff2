// Owns which system call interfaces a machine has: what programs on it may call the kernel by, and how a filter tells them apart.

/** One way to call the kernel. */
export interface Interface {
  /** AUDIT_ARCH_* of struct seccomp_data. */
  readonly audit: number;
  /** `,name=number,…`. */
  readonly table: string;
  /** Arguments are compared as 64 bits. */
  readonly isWide: boolean;
  /** Added to the table's numbers: x32 shares its architecture with x86_64. */
  readonly bit: number;
  /** Some calls can also be made through socketcall(2) and ipc(2). */
  readonly isMultiplexed: boolean;
}
export interface Machine {
  /** The machine's own first. */
  readonly interfaces: readonly Interface[];
  /** Sections of a policy that are for it. */
  readonly sections: readonly string[];
}

const AUDIT = { x86_64: 0xc000003e, i386: 0x40000003, aarch64: 0xc00000b7, arm: 0x40000028 } as const;
export const X32_BIT = 0x40000000;

/** Machines whose policies can be compiled; `uname -m` says which one this is. */
export async function machineOf(uname: string): Promise<Machine | undefined> {
  if (uname === "x86_64") {
    const { I386, X32, X86_64 } = await import("./x86.gen.ts");
    return {
      sections: ["all", "x86_64", "x86", "x32"],
      interfaces: [
        { audit: AUDIT.x86_64, table: X86_64, isWide: true, bit: 0, isMultiplexed: false },
        { audit: AUDIT.x86_64, table: X32, isWide: false, bit: X32_BIT, isMultiplexed: false },
        { audit: AUDIT.i386, table: I386, isWide: false, bit: 0, isMultiplexed: true },
      ],
    };
  }
  if (uname !== "aarch64") return undefined;
  const { AARCH64, ARM } = await import("./arm.gen.ts");
  return {
    sections: ["all", "arm64", "arm"],
    interfaces: [
      { audit: AUDIT.aarch64, table: AARCH64, isWide: true, bit: 0, isMultiplexed: false },
      { audit: AUDIT.arm, table: ARM, isWide: false, bit: 0, isMultiplexed: false },
    ],
  };
}

/** Number of a system call. The tables are searched as texts: a policy names few calls, a map would hold hundreds. */
export function numberOf({ table, bit }: Interface, name: string): number | undefined {
  const found = table.indexOf(`,${name}=`);
  return found < 0 ? undefined : Number.parseInt(table.slice(found + name.length + 2, found + name.length + 10), 10) + bit;
}
