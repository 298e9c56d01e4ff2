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

const network = record({ name: text, isUp: flag, address: text, isOpen: flag, file: text, ports: texts, "ipv6?": text, "domain?": text, "dnsmasqPid?": whole });
const image = { image: text, arch: text, build: text, bytes: whole, at: number, origin: { enum: ["server", "registry", "imported", "packages", "unpacked"] }, isExpired: flag, paths: texts, "idmap?": texts, "usedBy?": texts } as const;
const remoteFile = record({ path: text, "sha256?": text, "size?": whole });
const pulled = record({ image: text, arch: text, digest: text, "build?": text, "path?": text });
const setupChange = record({ kind: { enum: ["line", "file", "directory", "mode", "sysctl", "command", "reload"] }, why: text }, "with what its kind needs: file and line, path and text and mode, name and from and to, argv");

const hookRun = record({ hook: text, from: record({ kind: text }), command: text, begunAt: text, milliseconds: number, status: whole, output: texts });

/** What the command prints: one value, or (events, logs) one a line. */
const COMMANDS: Readonly<Record<string, Schema>> = {
  "lxc-info": record({ name: text, state: STATE, ips: texts, nics: list(record({ link: text, txBytes: whole, rxBytes: whole })), "pid?": whole, "cpuNanoseconds?": whole, "blkioBytes?": whole, "memoryBytes?": whole, "kmemBytes?": whole, "lastExit?": of("exit"), "restarts?": of("restarts") }, "bytes and nanoseconds; what the kernel does not count is absent"),
  "lxc-ls": list(record({ name: text, state: STATE, isAutostart: flag, groups: texts, interfaces: texts, ipv4: texts, ipv6: texts, isUnprivileged: flag, isDefined: flag, "restarts?": of("restarts"), "pid?": whole, "ramBytes?": whole, "swapBytes?": whole })),
  "lxc-snapshot": list(record({ name: text, lxcpath: text, "time?": text, "comment?": text })),
  "lxc-snapshot NAME": record({ name: text, lxcpath: text, "time?": text, "comment?": text }, "the one that was made"),
  "lxc-autostart": list(record({ name: text, "order?": { type: "integer" }, "delay?": whole })),
  "berth stats": list(record({ name: text, state: STATE, pid: whole, at: number, "cpuNanoseconds?": whole, "pids?": whole, "memoryBytes?": whole, "swapBytes?": whole, "blkioBytes?": operations, "blkioOperations?": operations, "pressure?": record({ "cpu?": resource, "memory?": resource, "io?": resource }) }, "at: milliseconds since 1970")),
  "berth why": record({ name: text, lxcpath: text, "state?": STATE, "lastExit?": of("exit"), "restarts?": of("restarts"), "failedStart?": text, "failedAt?": text, "problems?": list(record({ code: text, text, page: text, "cause?": text, "remedy?": text, "step?": record({ number: whole, of: whole, op: text, process: text, "errno?": text, origin: text }) })), "hooksAt?": text, "hooks?": list(hookRun), "hooksBefore?": list(hookRun), "hooksOfCopy?": list(hookRun), "hooksOfDestroy?": list(hookRun) }, "problems: of the last failed start; page: where the code is explained"),
  "berth config get": record({ key: text, value: { anyOf: [text, texts] } }),
  "berth config list": list(record({ key: text, value: { anyOf: [text, texts] } })),
  "berth config show": list(record({ key: text, isList: flag, values: list(record({ value: text, kind: { enum: ["config", "option", "default", "host"] }, "file?": text, "line?": whole, "column?": whole })) })),
  "berth config lint": record({ file: text, findings: list(record({ rule: text, code: text, severity: { enum: ["error", "warning", "hint"] }, text, token: text, file: text, "line?": whole, "column?": whole, "cause?": text, "remedy?": text })) }),
  "berth config set": record({ ...change, keys: list(keyChange) }),
  "berth config unset": record({ ...change, keys: list(keyChange) }),
  "berth config fix": record({ files: list(record(change)), mended: list(record({ rule: text, text })) }),
  "berth net list": record({ networks: list(network), published: list(record({ ...port, container: text, lxcpath: text, "to?": text })) }),
  "berth net show": network,
  "berth net explain": list(record({ at: { enum: ["container", "host", "rules"] }, text, isStop: flag, "remedy?": text }, "the hops from the container to the outside; isStop: packets get no further")),
  "berth net doctor": list(record({ bridge: text, what: text, isGood: flag, "cause?": text, remedy: list(texts) }, "remedy: commands, as lists of words, in order")),
  "berth publish": list(record({ ...port, to: text })),
  "berth undelete": list(record({ name: text, removedAt: text, keptUntil: text })),
  "berth image list": list(record(image)),
  "berth image list --remote": list(record({ dist: text, release: text, arch: text, variant: text, build: text, aliases: texts, rootfs: remoteFile, "metadata?": remoteFile, "sums?": text })),
  "berth image info": record({ ...image, "digest?": text, "expires?": number, "unpacked?": list(record(image)) }, "at, expires: milliseconds since 1970"),
  "berth image pull": list(pulled),
  "berth image lock": list(pulled),
  "berth image import": pulled,
  "berth image prune": list(record({ path: text, bytes: whole, why: text })),
  "berth setup": record({ user: text, changes: list(setupChange), needs: list(record({ text, remedy: text })), isDone: flag }, "needs: what setup does not do itself"),
  "berth setup --undo": record({ user: text, changes: list(setupChange), kept: texts, isDone: flag }, "kept: what stays, and why"),
  "berth doctor": record({ user: text, uid: whole, kernel: text, isReady: flag, checks: list(record({ id: text, group: text, title: text, isNeeded: flag, state: { enum: ["works", "fails", "none"] }, "why?": text, "costs?": text, "remedy?": text })) }),
  "berth apply": record({ project: text, changed: flag, isDryRun: flag, steps: list(record({ do: { enum: ["make network", "make volume", "create", "configure", "start", "stop", "restart", "publish", "await health"] }, name: text, "changes?": list(keyChange), "add?": texts, "remove?": texts })) }),
  "berth ensure": of("berth apply"),
  "berth events": record({ name: text, lxcpath: text, state: STATE, time: text, "exit?": record({ wasOom: flag, target: { enum: ["stop", "reboot"] }, "code?": whole, "signal?": whole }), "restarts?": of("restarts") }, "one a line"),
  "berth logs": record({ line: text, "time?": text }, "one a line"),
};

const EXIT = record({ wasOom: flag, at: whole, target: { enum: ["stop", "reboot"] }, console: text, "asked?": { enum: ["user", "host"] }, "code?": whole, "signal?": whole, "oomKills?": whole }, "how its last run ended: code or signal; at: seconds since 1970");

const RESTARTS = record({ count: whole, "at?": text, "end?": { enum: ["asked", "success", "limit", "no", "failed"] } }, "of a restart policy: how often it was started again, with at that which is to come and when; end: why none follows");

export const outputSchema = (): Generated => ({
  path: "share/berth/output.schema.json",
  text: `${JSON.stringify({ $schema: "https://json-schema.org/draft/2020-12/schema", $id: "urn:berth:output", title: "What commands print with --format json or yaml", description: "One of $defs, by the command's name. Fields may be added; those that are here stay.", $defs: { ...COMMANDS, exit: EXIT, restarts: RESTARTS } }, undefined, 1)}\n`,
});

const isRecord = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** `list of text`, `RUNNING or STOPPED`, `list of {port, to}`. */
function shape(schema: unknown): string {
  if (!isRecord(schema)) return "";
  const { type, items, enum: words, anyOf, $ref, properties } = schema;
  if (typeof $ref === "string") return $ref.replace("#/$defs/", "as `").concat("`");
  if (Array.isArray(words)) return words.map((word) => `\`${String(word)}\``).join(", ");
  if (Array.isArray(anyOf)) return anyOf.map(shape).join(" or ");
  if (type === "array") return `list of ${shape(items)}`;
  if (isRecord(properties)) return `{${Object.keys(properties).join(", ")}}`;
  return { string: "text", integer: "whole number", number: "number", boolean: "true or false" }[String(type)] ?? "";
}
function section(name: string, schema: Schema): string {
  const { type, items } = schema;
  const inner = type === "array" && isRecord(items) ? items : schema;
  const { properties, required, description } = inner;
  const rows = isRecord(properties) ? Object.entries(properties).map(([key, of_]) => `| \`${key}\`${listOf(required).includes(key) ? "" : " ?"} | ${shape(of_)} |`) : [];
  const head = type === "array" ? "A list of:" : rows.length === 0 ? `${shape(schema).replace(/^as/, "As")}.` : "";
  const notes = [schema["description"], inner === schema ? undefined : description].filter((one) => typeof one === "string").map((one) => `${String(one)}.`);
  return [`## ${name}\n`, ...[head, ...notes].filter((one) => one !== "").map((one) => `${one}\n`), ...(rows.length === 0 ? [] : ["| field | |", "|---|---|", ...rows, ""])].join("\n");
}
export const outputPage = (): Generated => ({
  path: "docs/reference/output.md",
  text: ["# What commands print with --format json\n", "Written by `scripts/reference/output-schema.ts`, as is `share/berth/output.schema.json`; do not edit. A field with ? may be absent. Fields may be added; those that are here stay. `--format yaml` says the same. [Formats and exit codes](../output.md).\n", ...Object.entries({ ...COMMANDS, exit: EXIT, restarts: RESTARTS }).map(([name, schema]) => section(name, schema))].join("\n"),
});
export const OUTPUT_COMMANDS: readonly string[] = Object.keys(COMMANDS);
