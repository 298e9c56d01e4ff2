import { expect, test } from "bun:test";
import { portWishText } from "../../linux/port-words.ts";
import { readProject } from "./project.ts";

const project = (text: string): unknown => {
  const read = readProject("/etc/shop/shop.yaml", text);
  return read.ok ? read.value : read.problems.map(({ text: what }) => what);
};

test("a whole file", () => {
  expect(project("containers:\n  web:\n    image: alpine/3.20\n    depends_on: { db: booted }\n    limits: { memory: 512M, cpus: 1.5 }\n    volumes: [./site:/www:ro, data:/d]\n    environment: { A: b }\n    autostart: true\n  db:\n    template: busybox\n    health: { command: [x, y], interval: 500ms, grace: 1m }\n    restart: on-failure:3\nvolumes: { data: { path: up/data } }\n")).toMatchObject({
    name: "shop", volumes: [{ name: "data", path: "/etc/shop/up/data" }],
    containers: [
      { name: "db", made: { kind: "template", template: "busybox", args: [] }, keys: [{ key: "berth.restart", values: ["on-failure:3"] }], health: { command: ["x", "y"], interval: 0.5, timeout: 10, retries: 3, grace: 60 } },
      {
        name: "web", made: { kind: "image", image: "alpine/3.20" }, dependsOn: [{ name: "db", condition: "booted" }],
        keys: [{ key: "lxc.cgroup2.memory.max", values: ["512M"] }, { key: "lxc.cgroup2.cpu.max", values: ["150000 100000"] }, { key: "lxc.environment", values: ["A=b"] }, { key: "lxc.start.auto", values: ["1"] }],
        volumes: [{ source: { kind: "path", path: "/etc/shop/site" }, target: "/www", isReadOnly: true }, { source: { kind: "volume", name: "data" }, target: "/d", isReadOnly: false }],
      },
    ],
  });
});

test("ports, as compose writes them", () => {
  const wishes = (ports: string): unknown => {
    const read = readProject("/p/p.yaml", `containers: { a: { ports: [${ports}] } }`);
    return read.ok ? read.value.containers[0]?.ports.map(({ wish }) => portWishText(wish)) : read.problems.map(({ text }) => text);
  };
  expect(wishes('"8080:80", 127.0.0.1:8081:80/tcp, 53:53/udp, "[fd00::1]:8082:80", 0.0.0.0:9:9')).toEqual(["8080:80", "127.0.0.1:8081:80", "53:53/udp", "[fd00::1]:8082:80", "9:9"]);
  expect(wishes("8000-8002:9000-9002/udp, { target: 80, published: 81, host_ip: 127.0.0.1, protocol: tcp }, { target: 80, published: '82-83' }, { target: 1-2, published: 1-2, host_ip: 'fd00::1' }")).toEqual(expect.arrayContaining([expect.stringContaining("'82-83:80/tcp' is no port to publish")]));
  expect(wishes("8000-8001:9000-9001/udp, { target: 80, published: 81, host_ip: 127.0.0.1, protocol: udp }, { target: 1-2, published: 1-2, host_ip: 'fd00::1' }")).toEqual(["8000:9000/udp", "8001:9001/udp", "127.0.0.1:81:80/udp", "[fd00::1]:1:1", "[fd00::1]:2:2"]);
});

test.each([
  ["containers: { a: { ports: ['80'] } }\n", "'80' is no port to publish"], ["containers: { a: { ports: ['80:99999'] } }\n", ":1:28: '80:99999' is no port"], ["containers: { a: { ports: ['x:80:80'] } }\n", "'x:80:80' is no port"], ["containers: { a: { ports: ['1-3:1-2'] } }\n", "'1-3:1-2' is no port"],
  ["containers: { a: { ports: [{ target: 80 }] } }\n", "'target', the container's, and 'published'"], ["containers: { a: { ports: [{ target: 80, published: 80, mode: host }] } }\n", "'mode' is not known in ports"], ["containers: { a: { ports: [{ target: 80, published: 80, protocol: sctp }] } }\n", "'sctp' is no protocol"],
  ["containers:\n  a: { ports: ['80:80'] }\n  b: { ports: ['127.0.0.1:80:80'] }\n", ":3:16: 127.0.0.1:80:80: that port of this host is given to 'a' already, in line 2"], ["containers: { a: { ports: 80 } }\n", "ports is a value, not a list"],
  ["a: 1\n", "/etc/shop/shop.yaml:1:1: 'a' is not known"], ["containers: [x]\n", ":1:13: containers is a list, not a mapping"], ["containers: { '../x': }\n", ":1:15: '../x' cannot be a container's name"],
  ["containers: { a: { image: x, template: y } }\n", "'image' and 'template' are both given"], ["containers: { a: { autostart: maybe } }\n", "neither true nor false"], ["containers: { a: { health: { interval: 1 } } }\n", "needs a 'command'"],
  ["containers: { a: { depends_on: { b: ready } }, b: }\n", "'ready' is no condition"], ["containers: { a: { depends_on: { b: healthy } }, b: }\n", "'b' has no 'health'"], ["containers: { a: { depends_on: [a] } }\n", "wait for each other"], ["containers: { a: { volumes: ['x'] } }\n", "is no SOURCE:/TARGET"], ["containers: { a: { volumes: ['/x:/y:rw'] } }\n", "'rw' is no option"],
  ["containers: { a: { volumes: [{ source: /x }] } }\n", "needs 'source' and 'target'"], ["containers: { a: { state: gone } }\n", "'gone' is no state"], ["containers: { a: { config: { lxc.mount: [1] } } }\n", ""],
] as const)("refused: %j", (text, what) => { expect(project(text)).toEqual(what === "" ? expect.anything() : expect.arrayContaining([expect.stringContaining(what)])); });
