// Owns looking up users in NSS: passwd(5) alone does not know those of a directory service.
import { spawnSync } from "node:child_process";
import type { Account } from "../../model/setup.ts";
import { PROGRAM_PATH } from "../probe/program.ts";

/** What a program of the system prints; undefined when it is missing or fails. */
export function printedBy(argv: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8", env: { PATH: PROGRAM_PATH, LC_ALL: "C" }, timeout: 20_000 });
  return status === 0 ? stdout : undefined;
}

export function accountOf(user: string): Account | undefined {
  const [name, , uid, gid, , home] = printedBy(["getent", "passwd", "--", user])?.trim().split(":") ?? [];
  if (name === undefined || uid === undefined || gid === undefined || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), home: home === undefined || !home.startsWith("/") ? "/" : home, groups: (printedBy(["id", "-Gn", "--", name]) ?? "").trim().split(/\s+/), groupIds: (printedBy(["id", "-G", "--", name]) ?? gid).trim().split(/\s+/).map(Number) };
}

/** Ids in a column of getent(1)'s answer. */
export const idsOf = (database: "passwd" | "group"): readonly number[] =>
  (printedBy(["getent", database]) ?? "").split("\n").map((line) => Number(line.split(":")[2] ?? "NaN")).filter((id) => Number.isInteger(id));
