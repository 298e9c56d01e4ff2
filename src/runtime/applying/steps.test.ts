import { expect, test } from "bun:test";
import { byDefault } from "../../model/origin.ts";
import type { Project, WantedContainer } from "../../model/project.ts";
import { stepsOf, stepText, type Seen, type SeenContainer } from "./steps.ts";

const from = byDefault("test");
const wanted = (name: string, more: Partial<WantedContainer> = {}): WantedContainer => ({ name, from, made: { kind: "template", template: "busybox", args: [] }, keys: [], networks: undefined, volumes: [], ports: [], dependsOn: [], state: "started", ...more });
const project = (...containers: readonly WantedContainer[]): Project => ({ name: "p", containers, networks: [{ name: "lab", isOpen: false, from }], volumes: [{ name: "data", from }] });
const LISTS = ["lxc.mount.entry", "lxc.environment"];
const there = (values: Readonly<Record<string, readonly string[]>> = {}, more: Partial<SeenContainer> = {}): SeenContainer => ({ exists: true, isRunning: true, hasIds: true, values: (key) => values[key] ?? [], isList: (key) => LISTS.includes(key), applied: new Map(), published: [], ...more });
const seen = (container: SeenContainer, more: Partial<Seen> = {}): Seen => ({ isRoot: true, networks: new Set(["lab"]), paths: new Set(), container: () => container, volumeFolder: "/v", ...more });
const does = (...args: Parameters<typeof stepsOf>): readonly string[] => stepsOf(...args).map((step) => step.do);
const key = (name: string, ...values: readonly string[]): Pick<WantedContainer, "keys"> => ({ keys: [{ key: name, values, from }] });

test("nothing to do", () => {
  expect(does(project(wanted("a", key("lxc.tty.max", "3"))), seen(there({ "lxc.tty.max": ["3"] })))).toEqual([]);
  expect(does(project(wanted("a", { state: "stopped" })), seen(there({}, { isRunning: false })))).toEqual([]);
});
test("all to do, networks first", () => {
  const a = wanted("a", { ...key("lxc.tty.max", "3"), networks: [{ name: "lab", from }], volumes: [{ source: { kind: "volume", name: "data" }, target: "/d", isReadOnly: false, keepsOwners: false, from }] });
  expect(does(project(a), seen(there({}, { exists: false, isRunning: false }), { networks: new Set() }))).toEqual(["make network", "create", "make volume", "configure", "start"]);
});
test("a changed config restarts, a stopped one is only configured", () => {
  expect(does(project(wanted("a", key("lxc.tty.max", "3"))), seen(there({ "lxc.tty.max": ["1"] })))).toEqual(["configure", "restart"]);
  expect(does(project(wanted("a", { ...key("lxc.tty.max", "3"), state: "stopped" })), seen(there({}, { isRunning: false })))).toEqual(["configure"]);
  expect(does(project(wanted("a", { state: "stopped" })), seen(there()))).toEqual(["stop"]);
});
test("lists keep others' items, lose what is wanted no more; scalars that were ours go", () => {
  const state = there({ "lxc.environment": ["OLD=1", "THEIRS=1"], "lxc.tty.max": ["3"], "lxc.pty.max": ["9"] }, { applied: new Map([["lxc.environment", ["OLD=1"]], ["lxc.tty.max", ["3"]], ["lxc.pty.max", ["5"]]]) });
  const [step] = stepsOf(project(wanted("a", key("lxc.environment", "NEW=1"))), seen(state));
  expect(step).toEqual({ do: "configure", name: "a", changes: [
    { key: "lxc.environment", before: ["OLD=1", "THEIRS=1"], after: ["THEIRS=1", "NEW=1"], from }, { key: "lxc.tty.max", before: ["3"], after: [] }, // lxc.pty.max was changed by somebody else: it stays
  ] });
});
test("a volume's ids are mapped for root, where the container has its own", () => {
  const use = { source: { kind: "path", path: "/a b" }, target: "/x", isReadOnly: true, keepsOwners: true, from } as const;
  const entry = (state: Seen): unknown => stepsOf(project(wanted("a", { volumes: [use] })), state).flatMap((step) => (step.do === "configure" ? step.changes.map(({ after }) => after) : []));
  expect(entry(seen(there()))).toEqual([["/a\\040b x none rbind,create=dir,ro,idmap=container 0 0"]]);
  expect(entry(seen(there(), { isRoot: false }))).toEqual([["/a\\040b x none rbind,create=dir,ro 0 0"]]);
});
test("what others wait for", () => {
  const [a, b] = [wanted("a", { health: { command: ["x"], interval: 1, timeout: 1, retries: 1, grace: 0 } }), wanted("b", { dependsOn: [{ name: "a", condition: "network", from }] })];
  expect(stepsOf(project(a, b), seen(there({}, { isRunning: false })))).toMatchObject([{ do: "start", name: "a", condition: "network" }, { do: "await health", name: "a" }, { do: "start", name: "b", condition: "started" }]);
});
test("ports: root's are published while it runs, an ordinary user's with a start", () => {
  const port = (number: number): Project["containers"][number]["ports"][number] => ({ wish: { port: number, toPort: 80, protocol: "tcp" }, from });
  const a = wanted("a", { ports: [port(8080), port(8081)] });
  const there8080 = { "berth.publish": ["8080:80"] };
  const root = (state: SeenContainer): unknown => stepsOf(project(a), seen({ ...state, isList: (key) => key === "berth.publish" })).map(stepText);
  expect(root(there(there8080, { published: [{ port: 8080, toPort: 80, protocol: "tcp" }] }))).toEqual(["~ a: berth.publish: 8080:80 -> 8080:80, 8081:80", "+ port 8081:80 of a"]);
  expect(root(there({ "berth.publish": ["8080:80", "8081:80"] }, { isRunning: false }))).toEqual(["> start a", "+ port 8080:80 of a\n+ port 8081:80 of a"]);
  const old = { applied: new Map([["berth.publish", ["8080:80", "8081:80", "9:9/udp"]]]), published: a.ports.map(({ wish }) => wish) };
  expect(root(there({ "berth.publish": ["8080:80", "8081:80", "9:9/udp"] }, { ...old, published: [...old.published, { port: 9, toPort: 9, protocol: "udp" }, { port: 7, toPort: 7, protocol: "tcp" }] }))).toEqual(["~ a: berth.publish: 8080:80, 8081:80, 9:9/udp -> 8080:80, 8081:80", "- port 9:9/udp of a"]);
  expect(root(there({ "berth.publish": ["8080:80", "8081:80"] }, old))).toEqual([]);
  expect(does(project(a), seen({ ...there(there8080), isList: () => true }, { isRoot: false }))).toEqual(["configure", "restart"]);
});
