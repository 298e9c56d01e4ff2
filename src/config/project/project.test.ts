import { expect, test } from "bun:test";
import { readProject } from "./project.ts";

const project = (text: string): unknown => {
  const read = readProject("/etc/shop/shop.yaml", text);
  return read.ok ? read.value : read.problems.map(({ text: what }) => what);
};

test("a whole file", () => {
  expect(project("containers:\n  web:\n    image: alpine/3.20\n    depends_on: { db: booted }\n    limits: { memory: 512M, cpus: 1.5 }\n    volumes: [./site:/www:ro, data:/d]\n    environment: { A: b }\n    autostart: true\n  db:\n    template: busybox\n    health: { command: [x, y], interval: 500ms, grace: 1m }\n    restart: on-failure:3\nvolumes: { data: { path: up/data } }\n")).toMatchObject({
    name: "shop", volumes: [{ name: "data", path: "/etc/shop/up/data" }],
    containers: [
      { name: "db", made: { kind: "template", template: "busybox", args: [] }, restart: { when: "on-failure", most: 3 }, health: { command: ["x", "y"], interval: 0.5, timeout: 10, retries: 3, grace: 60 } },
      {
        name: "web", made: { kind: "image", image: "alpine/3.20" }, dependsOn: [{ name: "db", condition: "booted" }],
        keys: [{ key: "lxc.cgroup2.memory.max", values: ["512M"] }, { key: "lxc.cgroup2.cpu.max", values: ["150000 100000"] }, { key: "lxc.environment", values: ["A=b"] }, { key: "lxc.start.auto", values: ["1"] }],
        volumes: [{ source: { kind: "path", path: "/etc/shop/site" }, target: "/www", isReadOnly: true }, { source: { kind: "volume", name: "data" }, target: "/d", isReadOnly: false }],
      },
    ],
  });
});

test.each([
  ["a: 1\n", "/etc/shop/shop.yaml:1:1: 'a' is not known"], ["containers: [x]\n", ":1:13: containers is a list, not a mapping"], ["containers: { '../x': }\n", ":1:15: '../x' cannot be a container's name"],
  ["containers: { a: { image: x, template: y } }\n", "'image' and 'template' are both given"], ["containers: { a: { autostart: maybe } }\n", "neither true nor false"], ["containers: { a: { health: { interval: 1 } } }\n", "needs a 'command'"],
  ["containers: { a: { depends_on: { b: ready } }, b: }\n", "'ready' is no condition"], ["containers: { a: { depends_on: { b: healthy } }, b: }\n", "'b' has no 'health'"], ["containers: { a: { depends_on: [a] } }\n", "wait for each other"], ["containers: { a: { volumes: ['x'] } }\n", "is no SOURCE:/TARGET"], ["containers: { a: { volumes: ['/x:/y:rw'] } }\n", "'rw' is no option"],
  ["containers: { a: { volumes: [{ source: /x }] } }\n", "needs 'source' and 'target'"], ["containers: { a: { state: gone } }\n", "'gone' is no state"], ["containers: { a: { config: { lxc.mount: [1] } } }\n", ""],
] as const)("refused: %j", (text, what) => { expect(project(text)).toEqual(what === "" ? expect.anything() : expect.arrayContaining([expect.stringContaining(what)])); });
