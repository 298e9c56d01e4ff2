// Owns the JSON Schema of what commands print with --format json (and, the same in YAML, with --format yaml).
// Fields may be added later; those here stay. test/kernel/formats.test.ts holds commands to it.
import type { Generated } from "./pages.ts";

type Schema = Readonly<Record<string, unknown>>;
const text: Schema = { type: "string" };
const whole: Schema = { type: "integer", minimum: 0 };
const number: Schema = { type: "number" };
const flag: Schema = { type: "boolean" };
const of = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const list = (items: Schema): Schema => ({ type: "array", items });
const texts = list(text);
/** `key?` may be absent. */
const record = (fields: Readonly<Record<string, Schema>>, description?: string): Schema => ({
  type: "object", ...(description === undefined ? {} : { description }), required: Object.keys(fields).filter((key) => !key.endsWith("?")),
  properties: Object.fromEntries(Object.entries(fields).map(([key, schema]) => [key.replace(/\?$/, ""), schema])),
});
const STATE: Schema = { enum: ["STOPPED", "STARTING", "RUNNING", "STOPPING", "ABORTING", "FREEZING", "FROZEN", "THAWED"] };
const operations = record({ reads: whole, writes: whole, total: whole });
const pressure = record({ avg10: number, avg60: number, avg300: number, totalMicroseconds: whole });
const resource = record({ "some?": pressure, "full?": pressure });
const change = { file: text, isWritten: flag, isRunning: flag, diff: text, "backup?": text, "earlierBackup?": text };
const keyChange = record({ key: text, before: texts, after: texts });
const port = { port: whole, toPort: whole, protocol: { enum: ["tcp", "udp"] }, "address?": text } as const;

/** What the command prints: one value, or (events, logs) one a line. */
const COMMANDS: Readonly<Record<string, Schema>> = {
  "lxc-info": record({ name: text, state: STATE, ips: texts, nics: list(record({ link: text, txBytes: whole, rxBytes: whole })), "pid?": whole, "cpuNanoseconds?": whole, "blkioBytes?": whole, "memoryBytes?": whole, "kmemBytes?": whole, "lastExit?": of("exit") }, "bytes and nanoseconds; what the kernel does not count is absent"),
  "lxc-ls": list(record({ name: text, state: STATE, isAutostart: flag, groups: texts, interfaces: texts, ipv4: texts, ipv6: texts, isUnprivileged: flag, isDefined: flag, "pid?": whole, "ramBytes?": whole, "swapBytes?": whole })),
  "lxc-snapshot": list(record({ name: text, lxcpath: text, "time?": text, "comment?": text })),
  "lxc-autostart": list(record({ name: text, "order?": { type: "integer" }, "delay?": whole })),
  "berth stats": list(record({ name: text, state: STATE, pid: whole, at: number, "cpuNanoseconds?": whole, "pids?": whole, "memoryBytes?": whole, "swapBytes?": whole, "blkioBytes?": operations, "blkioOperations?": operations, "pressure?": record({ "cpu?": resource, "memory?": resource, "io?": resource }) }, "at: milliseconds since 1970")),
  "berth why": record({ name: text, lxcpath: text, state: STATE, "lastExit?": of("exit") }),
  "berth config get": record({ key: text, value: { anyOf: [text, texts] } }),
  "berth config list": list(record({ key: text, value: { anyOf: [text, texts] } })),
  "berth config show": list(record({ key: text, isList: flag, values: list(record({ value: text, kind: { enum: ["config", "option", "default", "host"] }, "file?": text, "line?": whole, "column?": whole })) })),
  "berth config lint": record({ file: text, findings: list(record({ rule: text, code: text, severity: { enum: ["error", "warning", "hint"] }, text, token: text, file: text, "line?": whole, "column?": whole, "cause?": text, "remedy?": text })) }),
  "berth config set": record({ ...change, keys: list(keyChange) }),
  "berth config unset": record({ ...change, keys: list(keyChange) }),
  "berth config fix": record({ files: list(record(change)), mended: list(record({ rule: text, text })) }),
  "berth net list": record({ networks: list(record({ name: text, isUp: flag, address: text, isOpen: flag, file: text, ports: texts, "ipv6?": text, "domain?": text, "dnsmasqPid?": whole })), published: list(record({ ...port, container: text, lxcpath: text, "to?": text })) }),
  "berth publish": list(record({ ...port, to: text })),
  "berth undelete": list(record({ name: text, removedAt: text, keptUntil: text })),
  "berth image list": list(record({ image: text, "arch?": text, "bytes?": whole, paths: texts })),
  "berth doctor": record({ user: text, uid: whole, kernel: text, isReady: flag, checks: list(record({ id: text, group: text, title: text, isNeeded: flag, state: text })) }),
  "berth apply": record({ project: text, changed: flag, isDryRun: flag, steps: list(record({ do: { enum: ["make network", "make volume", "create", "configure", "start", "stop", "restart", "await health"] }, name: text, "changes?": list(keyChange) })) }),
  "berth ensure": of("berth apply"),
  "berth events": record({ name: text, lxcpath: text, state: STATE, time: text, "exit?": record({ wasOom: flag, target: { enum: ["stop", "reboot"] }, "code?": whole, "signal?": whole }) }, "one a line"),
  "berth logs": record({ line: text, "time?": text }, "one a line"),
};

const EXIT = record({ wasOom: flag, at: whole, target: { enum: ["stop", "reboot"] }, console: text, "code?": whole, "signal?": whole, "oomKills?": whole }, "how its last run ended: code or signal; at: seconds since 1970");

export const outputSchema = (): Generated => ({
  path: "share/berth/output.schema.json",
  text: `${JSON.stringify({ $schema: "https://json-schema.org/draft/2020-12/schema", $id: "urn:berth:output", title: "What commands print with --format json or yaml", description: "One of $defs, by the command's name. Fields may be added; those that are here stay.", $defs: { ...COMMANDS, exit: EXIT } }, undefined, 1)}\n`,
});
export const OUTPUT_COMMANDS: readonly string[] = Object.keys(COMMANDS);
