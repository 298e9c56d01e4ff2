// Owns what is measured: each row is one job, and how each contender does it.
import { join } from "node:path";
import { enginePlan } from "./engine-plan.ts";
import { must } from "./measure.ts";
import type { Contender, Row } from "./measure.ts";
import { NAME, TOP, tool } from "./room.ts";
import type { Lxc, Room } from "./room.ts";

export type OciTool = "runc" | "crun";
const oci = (runtime: OciTool, ...args: string[]): string[] => [runtime, "--root", join(TOP, `state-${runtime}`), ...args];
const quietly = (argv: readonly string[]): void => { Bun.spawnSync([...argv], { stdin: "ignore", stdout: "ignore", stderr: "ignore" }); };
/** A daemon must not hold our pipes: its output goes nowhere. */
const start = (argv: readonly string[]): void => {
  const { exitCode } = Bun.spawnSync([...argv], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  if (exitCode !== 0) must(argv);
};
const label = (lxc: Lxc): string => lxc.label ?? (lxc.name === "berth" ? "Berth" : "LXC");

export function lxcRows(lxcs: readonly Lxc[], kind: string): { start: Row; attach: Row; execute: Row; stop: Row; info: Row } {
  const each = (make: (lxc: Lxc) => Omit<Contender, "name">): Contender[] => lxcs.map((lxc) => ({ name: label(lxc), ...make(lxc) }));
  const up = (lxc: Lxc) => (): void => start(tool(lxc, "lxc-start", "-d"));
  const down = (lxc: Lxc) => (): void => quietly(tool(lxc, "lxc-stop", "-k"));
  return {
    start: { what: `start to init executed (\`lxc-start -d\`), ${kind}`, contenders: each((lxc) => ({ argv: tool(lxc, "lxc-start", "-d"), after: down(lxc) })) },
    attach: { what: `attach of /bin/true, ${kind}`, contenders: each((lxc) => ({ before: up(lxc), argv: tool(lxc, "lxc-attach", "--", "/bin/true"), after: down(lxc) })) },
    execute: { what: `execute of /bin/true, ${kind}`, contenders: each((lxc) => ({ argv: tool(lxc, "lxc-execute", "--", "/bin/true") })) },
    stop: { what: `stop -k, ${kind}`, contenders: each((lxc) => ({ before: up(lxc), argv: tool(lxc, "lxc-stop", "-k") })) },
    info: { what: `lxc-info of a running container, ${kind}`, contenders: each((lxc) => ({ before: up(lxc), argv: tool(lxc, "lxc-info"), after: down(lxc) })) },
  };
}

function ociContenders(room: Room, runtime: OciTool): Record<"start" | "attach" | "execute" | "stop" | "info", Contender> {
  const up = (): void => start(oci(runtime, "run", "-d", "--bundle", room.idle, NAME));
  const down = (): void => quietly(oci(runtime, "delete", "-f", NAME));
  return {
    start: { name: runtime, argv: oci(runtime, "run", "-d", "--bundle", room.idle, NAME), after: down },
    attach: { name: runtime, before: up, argv: oci(runtime, "exec", NAME, "/bin/true"), after: down },
    execute: { name: runtime, argv: oci(runtime, "run", "--bundle", room.once, NAME), after: down },
    stop: { name: runtime, before: up, argv: oci(runtime, "delete", "-f", NAME) },
    info: { name: runtime, before: up, argv: oci(runtime, "state", NAME), after: down },
  };
}

/** bubblewrap with the namespaces and mounts of an application container. */
const bwrapArgv = (rootfs: string): string[] => [
  "bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--bind", rootfs, "/", "--proc", "/proc", "--dev", "/dev", "/bin/true",
];

/** Does this runtime work on this machine at all? Its own words when not. */
export function refusal(room: Room, runtime: OciTool): string | undefined {
  try {
    must(oci(runtime, "run", "--bundle", room.once, `${NAME}-try`));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.split("\n")[0] : String(error);
  } finally {
    quietly(oci(runtime, "delete", "-f", `${NAME}-try`));
  }
}

/** The engine alone, without a planner: a plan file in, /bin/true executed and over. Both go through the same shell. */
export const engineRow = (room: Room, engine: string): Row => ({
  what: "engine alone: plan file in, /bin/true executed; same namespaces and mounts as bwrap",
  contenders: [{ name: "Berth", argv: enginePlan(engine, TOP, room.rootfs) }, { name: "bwrap", argv: ["sh", "-c", `exec ${bwrapArgv(room.rootfs).join(" ")} 3</dev/null`] }],
});

export function rows(room: Room, runtimes: readonly OciTool[]): Row[] {
  const privileged = lxcRows(room.lxcs.filter(({ isUnprivileged }) => !isUnprivileged), "privileged");
  const others = runtimes.map((runtime) => ociContenders(room, runtime));
  const withOthers = (row: Row, key: "start" | "attach" | "execute" | "stop" | "info", more: readonly Contender[] = []): Row => ({ what: row.what, contenders: [...row.contenders, ...others.map((other) => other[key]), ...more] });
  const list: Row = { what: "lxc-ls with 100 containers", contenders: room.lxcs.slice(0, 2).map((lxc) => ({ name: label(lxc), argv: [join(lxc.bin, "lxc-ls"), "-P", room.hundred, "-1"] })) };
  const fancy: Row = { what: "lxc-ls -f with 100 containers", contenders: room.lxcs.slice(0, 2).map((lxc) => ({ name: label(lxc), argv: [join(lxc.bin, "lxc-ls"), "-P", room.hundred, "-f"] })) };
  return [
    withOthers(privileged.start, "start"), withOthers(privileged.attach, "attach"),
    withOthers(privileged.execute, "execute", [{ name: "bwrap", argv: bwrapArgv(room.rootfs) }]),
    withOthers(privileged.stop, "stop"), withOthers(privileged.info, "info"), list, fancy,
    ...Object.values(lxcRows(room.lxcs.filter(({ isUnprivileged }) => isUnprivileged), "root-owned unprivileged")),
  ];
}
