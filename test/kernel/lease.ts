// Owns holding a copy at one of its files until a test lets it go on: the file is leased, so that who opens it waits.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ended, eventually } from "./place.ts";

/** Runs `meanwhile` once what `begin` has begun comes to the file; what came of it. */
export async function heldAt<T>(file: string, begin: () => Promise<T>, meanwhile: () => void | Promise<void>): Promise<T> {
  const tools = mkdtempSync(join(tmpdir(), "berth-lease-"));
  const lease = join(tools, "lease");
  try {
    const made = spawnSync("gcc", ["-O2", "-o", lease, join(import.meta.dir, "lease.c")], { encoding: "utf8" });
    if (made.status !== 0) throw new Error(made.stderr);
    const holder = spawn(lease, [file], { stdio: ["pipe", "pipe", "inherit"] });
    let said = "";
    holder.stdout.on("data", (chunk: Buffer) => { said += chunk.toString(); });
    try {
      await eventually(`'${file}' is held`, () => said !== "" || holder.exitCode !== null);
      const begun = begin();
      await eventually(`'${file}' is read`, () => said.includes("wanted"));
      await meanwhile();
      holder.stdin.end();
      return await begun;
    } finally {
      holder.kill("SIGKILL");
      await ended(holder);
    }
  } finally {
    rmSync(tools, { recursive: true });
  }
}
