// Owns what runs inside: init, environment, signals, limits.
import { rlimitNames } from "../../linux/rlimits.ts";
import { SIGINT, SIGKILL } from "../../linux/signals.ts";
import { byDefault } from "../../model/origin.ts";
import type { Problem } from "../../model/problem.ts";
import type { ContainerSpec, InitSpec, Sourced } from "../../model/spec.ts";
import { nearest } from "../nearest.ts";
import { consoleKeys } from "../keys/console.ts";
import { processKeys } from "../keys/process.ts";
import type { Row } from "../keys/row.ts";
import { many, one, optional, type Settings } from "../settings.ts";

/** The value, or the one that stands where nothing is said. */
export const orDefault = <T>(settings: Settings, row: Row<T>, value: T): Sourced<T> => one(settings, row) ?? { value, from: byDefault(row.key) };

export const list = <T>(settings: Settings, row: Row<T>): readonly Sourced<T>[] => many(settings, row).map(({ value, from }) => ({ value, from }));

export function resolveInit(settings: Settings): InitSpec {
  const groups = many(settings, processKeys.initGroups);
  return {
    cmd: orDefault(settings, processKeys.initCmd, ["/sbin/init"]),
    ...optional("cwd", settings, processKeys.initCwd),
    uid: orDefault(settings, processKeys.initUid, 0),
    gid: orDefault(settings, processKeys.initGid, 0),
    groups: { value: groups.flatMap((item) => item.value), from: groups.at(-1)?.from ?? byDefault("lxc.init.groups") },
  };
}

/** 0 is as good as unset. */
function given(settings: Settings, row: Row<number>): Sourced<number> | undefined {
  const found = one(settings, row);
  return found?.value === 0 ? undefined : found;
}

export function resolveSignals(settings: Settings): ContainerSpec["signals"] {
  const halt = given(settings, processKeys.signalHalt);
  return {
    ...(halt === undefined ? {} : { halt }),
    reboot: given(settings, processKeys.signalReboot) ?? { value: SIGINT, from: byDefault("lxc.signal.reboot") },
    stop: given(settings, processKeys.signalStop) ?? { value: SIGKILL, from: byDefault("lxc.signal.stop") },
  };
}

export function resolveLimits(settings: Settings, problems: Problem[]): ContainerSpec["prlimits"] {
  return many(settings, processKeys.prlimit).flatMap((item) => {
    const resource = item.sub.toLowerCase();
    if (rlimitNames.includes(resource)) return [{ value: { resource, ...item.value }, from: item.from }];
    const guess = nearest(resource, rlimitNames);
    problems.push({ code: "config.key", at: item.from, text: `${item.key}: '${item.sub}' is not a resource`, remedy: guess === undefined ? `use one of ${rlimitNames.join(" ")}` : `did you mean 'lxc.prlimit.${guess}'?` });
    return [];
  });
}

export function resolveConsole(settings: Settings): ContainerSpec["console"] {
  return {
    ...optional("path", settings, consoleKeys.path),
    ...optional("logfile", settings, consoleKeys.logfile),
    size: one(settings, consoleKeys.size)?.value ?? 0,
    bufferSize: one(settings, consoleKeys.bufferSize)?.value ?? 0,
    rotate: one(settings, consoleKeys.rotate)?.value ?? false,
  };
}

export function resolveLog(settings: Settings): ContainerSpec["log"] {
  const file = one(settings, consoleKeys.logFile);
  const level = one(settings, consoleKeys.logLevel)?.value;
  const syslog = one(settings, consoleKeys.logSyslog)?.value;
  return { ...(file === undefined ? {} : { file: file.value, fileFrom: file.from }), ...(level === undefined ? {} : { level }), ...(syslog === undefined ? {} : { syslog }) };
}
