// Owns what Berth asks of systemd: a delegated scope for a process, a process put into a running scope's cgroup, a user's
// manager started. Over the user's bus, found by his uid whatever the environment says, or over the manager's own socket.
import { existsSync } from "node:fs";
import type { Value } from "../../linux/dbus/marshal.ts";
import type { Connection, Patience } from "./connection.ts";
import { BusError, openConnection } from "./connection.ts";

export interface Bus { readonly path: string; /** No daemon between: systemd itself. */ readonly isDirect: boolean }

const SYSTEMD = { destination: "org.freedesktop.systemd1", path: "/org/freedesktop/systemd1", interface: "org.freedesktop.systemd1.Manager" } as const;
const DAEMON = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus" } as const;
const NO_LIMIT = 18446744073709551615n;

/** `unix:path=/run/user/1000/bus,guid=…`: the path. */
const pathOf = (address: string | undefined): readonly string[] => [...(address ?? "").matchAll(/(?:^|;)unix:(?:[^;]*,)?path=([^,;]+)/g)].map((match) => decodeURIComponent(match[1] ?? ""));

/** Where the user's systemd may be heard, best first. */
export function userBuses(uid: number, env: Readonly<Record<string, string>>): readonly Bus[] {
  const rooms = [...new Set([`/run/user/${uid}`, env["XDG_RUNTIME_DIR"] ?? ""])].filter((room) => room.startsWith("/"));
  const buses = [...rooms.map((room) => `${room}/bus`), ...pathOf(env["DBUS_SESSION_BUS_ADDRESS"])];
  return [
    ...[...new Set(buses)].map((path) => ({ path, isDirect: false })), ...rooms.map((room) => ({ path: `${room}/systemd/private`, isDirect: true })),
  ].filter(({ path }) => existsSync(path));
}
export const systemBus = (env: Readonly<Record<string, string>>): Bus => ({ path: pathOf(env["DBUS_SYSTEM_BUS_ADDRESS"])[0] ?? "/run/dbus/system_bus_socket", isDirect: false });

interface Ask extends Patience { readonly uid: number }

async function open({ path, isDirect }: Bus, ask: Ask): Promise<Connection & { readonly manager: (member: string, signature: string, body: readonly Value[]) => ReturnType<Connection["call"]> }> {
  const connection = await openConnection(path, ask);
  const { destination, ...direct } = SYSTEMD;
  const target = isDirect ? direct : { ...direct, destination };
  try {
    if (!isDirect) await connection.call({ ...DAEMON, member: "Hello" });
  } catch (error) {
    connection.close();
    throw error;
  }
  return { ...connection, manager: (member, signature, body) => connection.call({ ...target, member, signature, body }) };
}

/** Runs a call that begins a job of systemd, and waits for the job's end. */
async function job(bus: Bus, ask: Ask, call: { readonly member: string; readonly signature: string; readonly body: readonly Value[] }): Promise<void> {
  const connection = await open(bus, ask);
  try {
    if (!bus.isDirect) {
      await connection.call({ ...DAEMON, member: "AddMatch", signature: "s", body: ["type='signal',interface='org.freedesktop.systemd1.Manager',member='JobRemoved'"] });
      await connection.manager("Subscribe", "", []);
    }
    const { body: [path] } = await connection.manager(call.member, call.signature, call.body);
    const { body: [, , , result] } = await connection.signal("JobRemoved", ({ body }) => body[1] === path);
    if (result !== "done") throw new BusError(`systemd says of it: ${typeof result === "string" ? result : "nothing"}`);
  } finally {
    connection.close();
  }
}

/** A scope of its own for the process `pid`, delegated: below it everything is the user's. It goes when it is empty. */
export const makeScope = (bus: Bus, ask: Ask, { unit, pid, description }: { readonly unit: string; readonly pid: number; readonly description: string }): Promise<void> => job(bus, ask, {
  member: "StartTransientUnit", signature: "ssa(sv)a(sa(sv))",
  body: [unit, "fail", [
    ["Description", { signature: "s", value: description }], ["Delegate", { signature: "b", value: true }], ["PIDs", { signature: "au", value: [pid] }],
    ["CollectMode", { signature: "s", value: "inactive-or-failed" }], ["TasksMax", { signature: "t", value: NO_LIMIT }],
  ], []],
});

/** The system's manager is asked to start the user's: polkit decides who may. */
export const startUserManager = (bus: Bus, ask: Ask): Promise<void> => job(bus, ask, { member: "StartUnit", signature: "ss", body: [`user@${ask.uid}.service`, "replace"] });

/** systemd is there and answers. */
export async function hear(bus: Bus, ask: Ask): Promise<void> {
  const connection = await open(bus, ask);
  try {
    await connection.manager("GetDefaultTarget", "", []);
  } finally {
    connection.close();
  }
}

/** Puts a process into a cgroup below a delegated unit; systemd may where the kernel refuses the user himself. */
export async function attachToUnit(bus: Bus, ask: Ask, { unit, below, pid }: { readonly unit: string; readonly below: string; readonly pid: number }): Promise<void> {
  const connection = await open(bus, ask);
  try {
    await connection.manager("AttachProcessesToUnit", "ssau", [unit, below, [pid]]);
  } finally {
    connection.close();
  }
}
