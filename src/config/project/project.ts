// Owns what a project file means: its YAML tree becomes a Project, with every mistake by line and column.
import { byDefault } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { Condition, Dependency, Health, Project, VolumeUse, WantedContainer, WantedKey, WantedNetwork, WantedVolume } from "../../model/project.ts";
import { presentKey } from "../present-key.ts";
import { checkPorts, readPorts } from "./ports.ts";
import { Reader } from "./reader.ts";
import { parseYaml, type MapEntry, type Node } from "./yaml.ts";

const NAME = { pattern: /^[A-Za-z0-9][\w.-]{0,63}$/, remedy: "letters, digits, dots, dashes and underscores, a letter or digit first" };
const ABSOLUTE = { pattern: /^\//, remedy: "a path that begins with /" };
const CONDITIONS: readonly Condition[] = ["started", "booted", "network", "healthy"];
export const CONTAINER_KEYS = ["image", "template", "args", "config", "environment", "limits", "networks", "ports", "volumes", "depends_on", "health", "restart", "autostart", "state"] as const;

type Fields = ReadonlyMap<string, MapEntry>;
const fieldsOf = (reader: Reader, node: Node | undefined, place: string, known: readonly string[]): Fields => new Map(reader.entries(node, place, known).map((entry) => [entry.key, entry]));

function madeOf(reader: Reader, fields: Fields): WantedContainer["made"] {
  const [image, template] = [fields.get("image"), fields.get("template")];
  if (image !== undefined && template !== undefined) reader.refuse(template.at, "template", "'image' and 'template' are both given", "leave one of them out");
  const args = reader.texts(fields.get("args")?.value, "args");
  if (image !== undefined) return { kind: "image", image: reader.text(image.value, "image") ?? "" };
  return template === undefined ? { kind: "none" } : { kind: "template", template: reader.text(template.value, "template") ?? "", args };
}

/** Keys of a config, checked as a whole when they are set. */
function configKeys(reader: Reader, node: Node | undefined): readonly WantedKey[] {
  return reader.entries(node, "config").flatMap(({ key, at, value }): readonly WantedKey[] => {
    const found = presentKey(key);
    if (found.ok) return [{ key: found.value.key, values: reader.texts(value, key), from: reader.from(at, key) }];
    for (const problem of found.problems) reader.refuse(at, key, problem.text, problem.remedy);
    return [];
  });
}

const CPU_PERIOD = 100_000;
/** In the words of cgroup v2; a host with v1 gets them translated. */
const LIMITS: Readonly<Record<string, { readonly key: string; readonly pattern: RegExp; readonly remedy: string; readonly value: (text: string) => string }>> = {
  memory: { key: "lxc.cgroup2.memory.max", pattern: /^\d+[KMGT]?$/, remedy: "as in 512M", value: (text) => text },
  swap: { key: "lxc.cgroup2.memory.swap.max", pattern: /^\d+[KMGT]?$/, remedy: "as in 512M", value: (text) => text },
  pids: { key: "lxc.cgroup2.pids.max", pattern: /^\d+$/, remedy: "as in 200", value: (text) => text },
  cpus: { key: "lxc.cgroup2.cpu.max", pattern: /^\d+(\.\d+)?$/, remedy: "as in 1.5", value: (text) => `${Math.round(Number(text) * CPU_PERIOD)} ${CPU_PERIOD}` },
};
const limitKeys = (reader: Reader, node: Node | undefined): readonly WantedKey[] => reader.entries(node, "limits", Object.keys(LIMITS)).flatMap(({ key, at, value }): readonly WantedKey[] => {
  const rule = LIMITS[key];
  const text = rule === undefined ? undefined : reader.matching(value, key, rule);
  return rule === undefined || text === undefined ? [] : [{ key: rule.key, values: [rule.value(text)], from: reader.from(at, key) }];
});

function environmentKeys(reader: Reader, entry: MapEntry | undefined): readonly WantedKey[] {
  if (entry === undefined) return [];
  const values = entry.value.kind === "list" ? reader.texts(entry.value, "environment") : reader.entries(entry.value, "environment").flatMap(({ key, value }) => `${key}=${reader.text(value, key) ?? ""}`);
  return [{ key: "lxc.environment", values, from: reader.from(entry.at, "environment") }];
}

/** `data:/srv`, `./site:/var/www:ro,mine`. */
function shortUse(reader: Reader, node: Node, base: string): VolumeUse | undefined {
  const text = reader.text(node, "volumes") ?? "";
  const [, source = "", target = "", words = ""] = /^([^:]+):(\/[^:]*)(?::([a-z,]+))?$/.exec(text) ?? [];
  const options = words === "" ? [] : words.split(",");
  const unknown = options.find((word) => word !== "ro" && word !== "mine");
  if (source === "" || unknown !== undefined) {
    reader.refuse(node.at, "volumes", unknown === undefined ? `'${text}' is no SOURCE:/TARGET` : `'${unknown}' is no option of a volume`, "as in data:/srv/data, ./site:/var/www:ro");
    return undefined;
  }
  return { source: sourceOf(source, base), target, isReadOnly: options.includes("ro"), keepsOwners: options.includes("mine"), from: reader.from(node.at, "volumes") };
}
/** With a slash it is a path, which begins where the file lies. */
const sourceOf = (text: string, base: string): VolumeUse["source"] => (text.includes("/") || text === "." ? { kind: "path", path: text.startsWith("/") ? text : `${base}/${text.replace(/^\.\/?/, "")}`.replace(/\/$/, "") } : { kind: "volume", name: text });

function volumeUse(reader: Reader, node: Node, base: string): readonly VolumeUse[] {
  if (node.kind !== "map") return [shortUse(reader, node, base)].flatMap((use) => use ?? []);
  const fields = fieldsOf(reader, node, "volumes", ["source", "target", "readonly", "mine"]);
  const [source, target] = [reader.text(fields.get("source")?.value, "source"), reader.matching(fields.get("target")?.value, "target", ABSOLUTE)];
  if (source !== undefined && target !== undefined) return [{ source: sourceOf(source, base), target, isReadOnly: reader.flag(fields.get("readonly")?.value, "readonly"), keepsOwners: reader.flag(fields.get("mine")?.value, "mine"), from: reader.from(node.at, "volumes") }];
  reader.refuse(node.at, "volumes", "a volume needs 'source' and 'target'");
  return [];
}

function dependencies(reader: Reader, node: Node | undefined): readonly Dependency[] {
  if (node?.kind !== "map") return (node === undefined ? [] : reader.items(node, "depends_on")).flatMap((item): readonly Dependency[] => {
    const name = reader.text(item, "depends_on");
    return name === undefined ? [] : [{ name, condition: "started", from: reader.from(item.at, "depends_on") }];
  });
  return node.entries.map(({ key, at, value }): Dependency => {
    const text = reader.text(value.kind === "map" ? fieldsOf(reader, value, key, ["condition"]).get("condition")?.value : value, "condition");
    const condition = CONDITIONS.find((one) => one === text);
    if (condition === undefined && text !== undefined) reader.refuse(value.at, "condition", `'${text}' is no condition`, `one of ${CONDITIONS.join(", ")}`);
    return { name: key, condition: condition ?? "started", from: reader.from(at, "depends_on") };
  });
}

function healthOf(reader: Reader, entry: MapEntry | undefined): Health | undefined {
  if (entry === undefined) return undefined;
  const fields = fieldsOf(reader, entry.value, "health", ["command", "interval", "timeout", "retries", "grace"]);
  const command = reader.command(fields.get("command")?.value, "command");
  if (command.length === 0) reader.refuse(entry.at, "health", "'health' needs a 'command'", "as in command: curl -fs http://localhost/");
  const retries = reader.matching(fields.get("retries")?.value, "retries", { pattern: /^[1-9]\d{0,3}$/, remedy: "a number from 1 on" });
  const seconds = (key: string, otherwise: number): number => reader.seconds(fields.get(key)?.value, key, otherwise);
  return { command, interval: seconds("interval", 10), timeout: seconds("timeout", 10), retries: retries === undefined ? 3 : Number(retries), grace: seconds("grace", 0) };
}

/** Kept in its config: its monitor acts on it, with or without us. */
function restartKeys(reader: Reader, entry: MapEntry | undefined): readonly WantedKey[] {
  if (entry === undefined) return [];
  const isNo = entry.value.kind === "scalar" && entry.value.value === false;
  const text = isNo ? "no" : reader.matching(entry.value, "restart", { pattern: /^(no|always|unless-stopped|on-failure(:[1-9]\d{0,8})?)$/, remedy: "no, always, unless-stopped, on-failure, or on-failure:5 for five restarts at most" });
  return text === undefined ? [] : [{ key: "berth.restart", values: [text], from: reader.from(entry.at, "restart") }];
}

function stateOf(reader: Reader, node: Node | undefined): WantedContainer["state"] {
  const text = node === undefined ? "started" : reader.matching(node, "state", { pattern: /^(started|stopped)$/, remedy: "started or stopped" });
  return text === "stopped" ? "stopped" : "started";
}

function containerOf(reader: Reader, { key, at, value }: MapEntry, base: string): WantedContainer {
  const fields = fieldsOf(reader, value, `container '${key}'`, CONTAINER_KEYS);
  if (!NAME.pattern.test(key)) reader.refuse(at, key, `'${key}' cannot be a container's name`, NAME.remedy);
  const auto = fields.get("autostart");
  const health = healthOf(reader, fields.get("health"));
  const networks = fields.get("networks");
  const keys = [
    ...limitKeys(reader, fields.get("limits")?.value), ...environmentKeys(reader, fields.get("environment")), ...(auto === undefined ? [] : [{ key: "lxc.start.auto", values: [reader.flag(auto.value, "autostart") ? "1" : "0"], from: reader.from(auto.at, "autostart") }]),
    ...restartKeys(reader, fields.get("restart")),
    ...configKeys(reader, fields.get("config")?.value),
  ];
  return {
    name: key, from: reader.from(at, key), made: madeOf(reader, fields), keys, volumes: reader.items(fields.get("volumes")?.value, "volumes").flatMap((node) => volumeUse(reader, node, base)),
    ports: readPorts(reader, fields.get("ports")?.value),
    networks: networks === undefined ? undefined : reader.items(networks.value, "networks").flatMap((node) => { const name = reader.text(node, "networks"); return name === undefined ? [] : [{ name, from: reader.from(node.at, "networks") }]; }),
    dependsOn: dependencies(reader, fields.get("depends_on")?.value), state: stateOf(reader, fields.get("state")?.value), ...(health === undefined ? {} : { health }),
  };
}

function networkOf(reader: Reader, { key, at, value }: MapEntry): WantedNetwork {
  const fields = fieldsOf(reader, value, `network '${key}'`, ["address", "ipv6", "domain", "open"]);
  const text = (name: "address" | "ipv6" | "domain"): { readonly [K in typeof name]?: string } => { const found = reader.text(fields.get(name)?.value, name); return found === undefined ? {} : { [name]: found }; };
  return { name: key, from: reader.from(at, key), isOpen: reader.flag(fields.get("open")?.value, "open"), ...text("address"), ...text("ipv6"), ...text("domain") };
}
function volumeOf(reader: Reader, { key, at, value }: MapEntry, base: string): WantedVolume {
  const path = reader.text(fieldsOf(reader, value, `volume '${key}'`, ["path"]).get("path")?.value, "path");
  const source = path === undefined ? undefined : sourceOf(`${path}/`, base);
  return { name: key, from: reader.from(at, key), ...(source?.kind === "path" ? { path: source.path.replace(/\/$/, "") } : {}) };
}

/** Each behind those that it depends on; undefined for the first one of a circle. */
function ordered(reader: Reader, containers: readonly WantedContainer[]): readonly WantedContainer[] {
  const done: WantedContainer[] = [];
  const visit = (one: WantedContainer, above: readonly string[]): void => {
    if (done.includes(one)) return;
    for (const { name, condition, from } of one.dependsOn) {
      const other = containers.find((candidate) => candidate.name === name);
      const spot = { line: from.line ?? 1, column: from.column ?? 1 };
      if (other === undefined) reader.refuse(spot, "depends_on", `'${one.name}' depends on '${name}', which is not in this file`);
      else if (name === one.name || above.includes(name)) reader.refuse(spot, "depends_on", `'${one.name}' and '${name}' wait for each other`);
      else if (condition === "healthy" && other.health === undefined) reader.refuse(spot, "depends_on", `'${name}' has no 'health' that could be waited for`, "give it one, or depend on started, booted or network");
      else visit(other, [...above, one.name]);
    }
    done.push(one);
  };
  for (const one of containers) visit(one, []);
  return done;
}

function checkVolumes(reader: Reader, containers: readonly WantedContainer[], volumes: readonly WantedVolume[]): void {
  for (const { volumes: uses } of containers) for (const { source, from } of uses) {
    if (source.kind === "path" || volumes.some(({ name }) => name === source.name)) continue;
    reader.refuse({ line: from.line ?? 1, column: from.column ?? 1 }, "volumes", `there is no volume '${source.name}' in this file`, `list it: volumes: { ${source.name}: }; a path has a slash: ./${source.name}`);
  }
}

/** `file` is absolute; relative paths in it begin where it lies. */
export function readProject(file: string, text: string): Result<Project> {
  const parsed = parseYaml(text);
  if (!parsed.ok) {
    const { at, text: what, remedy } = parsed.error;
    const problem: Problem = { code: "config.syntax", at: { kind: "config", file, line: at.line, column: at.column, key: "" }, text: `${file}:${at.line}:${at.column}: ${what}`, ...(remedy === undefined ? {} : { remedy }) };
    return fail(problem);
  }
  const reader = new Reader(file);
  const base = file.slice(0, Math.max(0, file.lastIndexOf("/")));
  const fields = fieldsOf(reader, parsed.node, "", ["name", "containers", "networks", "volumes"]);
  const name = reader.matching(fields.get("name")?.value, "name", NAME) ?? (base.slice(base.lastIndexOf("/") + 1).replaceAll(/[^\w.-]/g, "-") || "project");
  const volumes = reader.entries(fields.get("volumes")?.value, "volumes").map((entry) => volumeOf(reader, entry, base));
  const containers = reader.entries(fields.get("containers")?.value, "containers").map((entry) => containerOf(reader, entry, base));
  const networks = reader.entries(fields.get("networks")?.value, "networks").map((entry) => networkOf(reader, entry));
  checkVolumes(reader, containers, volumes);
  checkPorts(reader, containers);
  const order = ordered(reader, containers);
  return reader.problems.length > 0 ? fail(...reader.problems) : ok({ name, containers: order, networks, volumes });
}

/** A wish that is not from a file: berth ensure. */
export const plainWish = (name: string): WantedContainer => ({ name, from: byDefault("berth ensure"), made: { kind: "none" }, keys: [], networks: undefined, volumes: [], ports: [], dependsOn: [], state: "started" });
