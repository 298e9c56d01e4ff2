// Owns the kernel's name and the features that not every kernel has.
import { existsSync } from "node:fs";
import { readText } from "../read-text.ts";

const MACHINES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64", riscv64: "riscv64", ppc64: "ppc64le", s390x: "s390x", ia32: "i686", arm: "armv7l", loong64: "loongarch64" };

export const probeKernel = (): { readonly release: string; readonly machine: string } => ({
  release: (readText("/proc/sys/kernel/osrelease") ?? "").trim(),
  machine: MACHINES[process.arch] ?? process.arch,
});

const LSM = "/sys/kernel/security/lsm", APPARMOR = "/sys/module/apparmor/parameters/enabled";
export function probeLsms(): readonly string[] {
  const listed = existsSync(LSM) ? readText(LSM) : undefined;
  if (listed !== undefined) return listed.trim().split(",").filter((name) => name !== "");
  // securityfs is not mounted everywhere.
  const hasApparmor = existsSync(APPARMOR) && (readText(APPARMOR) ?? "").startsWith("Y");
  return [...(hasApparmor ? ["apparmor"] : []), ...(existsSync("/sys/fs/selinux/enforce") ? ["selinux"] : [])];
}

export const hasNamespace = (name: string): boolean => existsSync(`/proc/self/ns/${name}`);

export const bootId = (): string => (readText("/proc/sys/kernel/random/boot_id") ?? "").trim();

/** 60 hexadecimal digits; the kernel's uuid has two fixed places, which are left out. */
export function randomHex(): string {
  const one = (): string => {
    const uuid = readText("/proc/sys/kernel/random/uuid") ?? "";
    return uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(15, 18) + uuid.slice(20, 23) + uuid.slice(24, 36);
  };
  return one() + one();
}
