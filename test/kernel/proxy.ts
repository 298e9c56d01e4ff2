// Owns a proxy for lxc.seccomp.notify.proxy in tests: seccomp/proxy.py in a process of its own, and what it has been told.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { eventually } from "./place.ts";

export interface Told { readonly event: string; readonly path?: string; readonly monitor?: number; readonly init?: number; readonly number?: number; readonly [field: string]: unknown }
export interface Proxy { readonly child: ChildProcess; readonly told: () => readonly Told[] }

/** Beside its socket it writes down what it is told. */
export async function startProxy(socket: string): Promise<Proxy> {
  const log = openSync(`${socket}.log`, "w");
  const child = spawn("/usr/bin/python3", ["-I", new URL("seccomp/proxy.py", import.meta.url).pathname, socket], { stdio: ["ignore", log, "inherit"] });
  closeSync(log);
  const told = (): readonly Told[] => readFileSync(`${socket}.log`, "utf8").split("\n").slice(0, -1).map((line): Told => JSON.parse(line));
  await eventually("the proxy listens", () => told().length > 0 || child.exitCode !== null);
  return { child, told };
}
export async function endProxy({ child }: Proxy): Promise<void> {
  child.kill("SIGKILL");
  await eventually("the proxy is gone", () => child.exitCode !== null || child.signalCode !== null);
}
export const asked = ({ told }: Proxy): readonly Told[] => told().filter(({ event }) => event === "asked");
