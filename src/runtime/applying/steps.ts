// Owns the difference between a project and what is there: the steps that make it so, in their order. Pure.
import { fstabField } from "../../linux/fstab-field.ts";
import { parsePortWish, portWishText, type PortWish } from "../../linux/port-words.ts";
import type { Origin } from "../../model/origin.ts";
import type { Condition, Project, VolumeUse, WantedContainer, WantedNetwork, WantedPort, WantedVolume } from "../../model/project.ts";

export interface KeyChange { readonly key: string; readonly before: readonly string[]; readonly after: readonly string[]; readonly from?: Origin }
export type Step =
  | { readonly do: "make network"; readonly network: WantedNetwork }
  | { readonly do: "make volume"; readonly name: string; readonly path: string; /** Whose root it belongs to. */ readonly container: string }
  | { readonly do: "create"; readonly container: WantedContainer }
  | { readonly do: "configure"; readonly name: string; readonly changes: readonly KeyChange[] }
  | { readonly do: "start" | "stop" | "restart"; readonly name: string; readonly condition?: Condition }
  | { readonly do: "publish"; readonly name: string; readonly add: readonly WantedPort[]; readonly remove: readonly PortWish[] }
  | { readonly do: "await health"; readonly name: string };

/** What is there. Of a container that does not exist nothing but the config that it will get is known. */
export interface SeenContainer {
  readonly exists: boolean;
  readonly isRunning: boolean;
  readonly hasIds: boolean;
  /** Values of a key now. */
  readonly values: (key: string) => readonly string[];
  readonly isList: (key: string) => boolean;
  /** What the last apply has set. */
  readonly applied: ReadonlyMap<string, readonly string[]>;
  /** What leads to it now, by rules of root's. */
  readonly published: readonly PortWish[];
}
export interface Seen { readonly isRoot: boolean; readonly networks: ReadonlySet<string>; readonly paths: ReadonlySet<string>; readonly container: (name: string) => SeenContainer; readonly volumeFolder: string }

export const volumePath = ({ path, name }: WantedVolume, project: Project, { volumeFolder }: Pick<Seen, "volumeFolder">): string => path ?? `${volumeFolder}/${project.name}_${name}`;

function mountEntry(use: VolumeUse, project: Project, seen: Seen, hasIds: boolean): string {
  const { source, target, isReadOnly, keepsOwners } = use;
  const volume = source.kind === "volume" ? project.volumes.find(({ name }) => name === source.name) : undefined;
  const path = source.kind === "path" ? source.path : volume === undefined ? "" : volumePath(volume, project, seen);
  // the kernel maps the ids of a mount for root alone
  const isMapped = keepsOwners && seen.isRoot && hasIds;
  return `${fstabField(path)} ${fstabField(target.replace(/^\/+/, ""))} none rbind,create=dir${isReadOnly ? ",ro" : ""}${isMapped ? ",idmap=container" : ""} 0 0`;
}

/** An ordinary user's container gets them at its start, root's while it runs. */
const PORTS = "berth.publish";

/** Every key that the project has a word on. */
export function wantedKeys(wanted: WantedContainer, project: Project, seen: Seen): ReadonlyMap<string, { readonly values: readonly string[]; readonly from: Origin }> {
  const keys = new Map<string, { values: readonly string[]; from: Origin }>();
  const add = (key: string, values: readonly string[], from: Origin): void => { keys.set(key, { values: [...(keys.get(key)?.values ?? []), ...values], from }); };
  (wanted.networks ?? []).forEach(({ name, from }, i) => {
    add(`lxc.net.${i}.type`, ["veth"], from);
    add(`lxc.net.${i}.link`, [name], from);
    add(`lxc.net.${i}.flags`, ["up"], from);
  });
  for (const use of wanted.volumes) add("lxc.mount.entry", [mountEntry(use, project, seen, seen.container(wanted.name).hasIds)], use.from);
  for (const { wish, from } of wanted.ports) add(PORTS, [portWishText(wish)], from);
  for (const { key, values, from } of wanted.keys) add(key, values, from);
  return keys;
}

const isEqual = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((text, i) => text === b[i]);

/** Lists keep what is not ours; what an earlier apply has set and nobody wants any more goes. */
function changesOf(wanted: WantedContainer, project: Project, seen: Seen): readonly KeyChange[] {
  const { values, isList, applied } = seen.container(wanted.name);
  const keys = wantedKeys(wanted, project, seen);
  const changes = [...keys].map(([key, { values: ours, from }]): KeyChange => {
    const before = values(key);
    const isStale = (value: string): boolean => applied.get(key)?.includes(value) === true && !ours.includes(value);
    const after = isList(key) ? [...before.filter((value) => !isStale(value)), ...ours.filter((value) => !before.includes(value))] : ours;
    return { key, before, after, from };
  });
  const gone = [...applied].filter(([key]) => !keys.has(key)).map(([key, old]): KeyChange => ({ key, before: values(key), after: isList(key) ? values(key).filter((value) => !old.includes(value)) : isEqual(values(key), old) ? [] : values(key) }));
  return [...changes, ...gone].filter(({ before, after }) => !isEqual(before, after));
}

/** Rules of root's: what is missing, and what an earlier apply has asked for and nobody does any more. They go with a run. */
function publishing(wanted: WantedContainer, seen: Seen, isFresh: boolean): readonly Step[] {
  const { applied, ...container } = seen.container(wanted.name);
  const stale = (applied.get(PORTS) ?? []).filter((text) => !wanted.ports.some(({ wish }) => portWishText(wish) === text));
  if (!seen.isRoot || (wanted.ports.length === 0 && stale.length === 0)) return [];
  const now = isFresh ? [] : [...new Set(container.published.map(portWishText))];
  const add = wanted.ports.filter(({ wish }) => !now.includes(portWishText(wish)));
  const remove = stale.flatMap((text) => (now.includes(text) ? parsePortWish(text) ?? [] : []));
  return add.length + remove.length === 0 ? [] : [{ do: "publish", name: wanted.name, add, remove }];
}

/** What others wait for; health counts as soon as there is one. */
const conditionOf = (name: string, project: Project): Condition => {
  const wishes = project.containers.flatMap(({ dependsOn }) => dependsOn.filter((one) => one.name === name).map(({ condition }) => condition));
  return (["network", "booted"] as const).find((one) => wishes.includes(one)) ?? "started";
};

/** Of those that count without a restart: a monitor that has a policy reads it anew at each end. */
const isLive = ({ key, before }: KeyChange, { isRoot }: Seen): boolean => (key === PORTS && isRoot) || (key === "berth.restart" && before.length > 0 && before[0] !== "no");

export function containerSteps(name: string, project: Project, seen: Seen): readonly Step[] {
  const wanted = project.containers.find((one) => one.name === name);
  if (wanted === undefined) return [];
  const { exists, isRunning } = seen.container(wanted.name);
  const changes = changesOf(wanted, project, seen);
  const condition = conditionOf(wanted.name, project);
  const needsRestart = changes.some((change) => !isLive(change, seen));
  const running: readonly Step[] = wanted.state === "stopped" ? (isRunning ? [{ do: "stop", name: wanted.name }] : [])
    : isRunning ? (!needsRestart ? [] : [{ do: "restart", name: wanted.name, condition }]) : [{ do: "start", name: wanted.name, condition }];
  const isAwaited = wanted.health !== undefined && running.some((step) => step.do === "start" || step.do === "restart");
  const own = wanted.volumes.flatMap(({ source }) => (source.kind === "volume" ? [source.name] : []));
  const volumes = project.volumes.filter((volume) => own.includes(volume.name) && !seen.paths.has(volumePath(volume, project, seen)) && firstUser(volume.name, project) === wanted.name);
  return [
    ...(exists ? [] : [{ do: "create", container: wanted } as const]), ...volumes.map((volume): Step => ({ do: "make volume", name: volume.name, path: volumePath(volume, project, seen), container: wanted.name })),
    ...(changes.length === 0 ? [] : [{ do: "configure", name: wanted.name, changes } as const]), ...running, ...(wanted.state === "stopped" ? [] : publishing(wanted, seen, running.length > 0)), ...(isAwaited ? [{ do: "await health", name: wanted.name } as const] : []),
  ];
}
const firstUser = (volume: string, project: Project): string | undefined => project.containers.find(({ volumes }) => volumes.some(({ source }) => source.kind === "volume" && source.name === volume))?.name;

export const stepsOf = (project: Project, seen: Seen): readonly Step[] => [
  ...project.networks.filter(({ name }) => !seen.networks.has(name)).map((network): Step => ({ do: "make network", network })),
  ...project.containers.flatMap(({ name }) => containerSteps(name, project, seen)),
];

/** One line for a reader. */
export function stepText(step: Step): string {
  switch (step.do) {
    case "make network": return `+ network ${step.network.name}`;
    case "make volume": return `+ volume ${step.name} (${step.path})`;
    case "create": return `+ container ${step.container.name}`;
    case "configure": return `~ ${step.name}: ${step.changes.map(({ key, before, after }) => `${key}: ${before.join(", ") || "(not set)"} -> ${after.join(", ") || "(not set)"}`).join(`\n~ ${step.name}: `)}`;
    case "publish": return [...step.remove.map((wish) => `- port ${portWishText(wish)} of ${step.name}`), ...step.add.map(({ wish }) => `+ port ${portWishText(wish)} of ${step.name}`)].join("\n");
    case "await health": return `> ${step.name}: wait until it is healthy`;
    default: return `> ${step.do} ${step.name}`;
  }
}
