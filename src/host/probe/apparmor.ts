// Owns ApparmorFacts: what securityfs and /proc say of it, and where apparmor_parser(8) is.
import { existsSync, readdirSync } from "node:fs";
import { labelOf } from "../../linux/apparmor.ts";
import type { ApparmorFacts } from "../../model/apparmor.ts";
import { readText } from "../read-text.ts";
import { programPath } from "./program.ts";

const HOME = "/sys/kernel/security/apparmor";
const CAP_MAC_ADMIN = 33n;

const isYes = (path: string): boolean => (readText(`${HOME}/${path}`) ?? "").startsWith("yes");
const words = (path: string): readonly string[] => (readText(`${HOME}/${path}`) ?? "").trim().split(/\s+/);

/** Root reads the list; everybody may see the directories of profiles, NAME.NUMBER. */
function loadedProfiles(): readonly string[] | undefined {
  const list = readText(`${HOME}/profiles`);
  if (list !== undefined) return list.split("\n").filter((line) => line !== "").map(labelOf);
  try {
    return readdirSync(`${HOME}/policy/profiles`).map((name) => name.replace(/\.\d+$/, ""));
  } catch {
    return undefined;
  }
}

/** /proc/PID/attr/apparmor/current, or what older kernels have. */
const apparmorLabel = (pid: number | "self"): string | undefined => {
  const text = readText(`/proc/${pid}/attr/apparmor/current`) ?? readText(`/proc/${pid}/attr/current`);
  return text === undefined ? undefined : labelOf(text);
};

export function probeApparmor(euid: number): ApparmorFacts {
  const parser = programPath("apparmor_parser");
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(readText("/proc/self/status") ?? "")?.[1] ?? "0"}`);
  const loaded = loadedProfiles();
  return {
    ownLabel: apparmorLabel("self") ?? "unconfined",
    canStack: isYes("features/domain/stack") && Number(readText(`${HOME}/features/domain/version`) ?? 0) >= 1.2,
    isStacked: isYes(".ns_stacked"),
    hasMount: words("features/mount/mask").includes("mount"),
    hasUnix: isYes("features/network/af_unix"),
    hasOwnFiles: existsSync("/proc/self/attr/apparmor"),
    mayLoad: euid === 0 && ((capabilities >> CAP_MAC_ADMIN) & 1n) === 1n,
    ...(parser === undefined ? {} : { parser }),
    ...(loaded === undefined ? {} : { loaded }),
  };
}
