import { expect, test } from "bun:test";
import { configText } from "./data.ts";
import { mustLoad } from "./golden/load.ts";

test("data becomes lines that mean the same", () => {
  const made = configText({
    "lxc.net.0.link": "br0", "lxc.uts.name": "web", "lxc.net.0.type": "veth", "lxc.tty.max": 4, "lxc.autodev": true, "lxc.ephemeral": false,
    "lxc.idmap": ["u 0 100000 65536", "g 0 100000 65536"], "lxc.cap.drop": "", "lxc.environment": [" A=1"], "lxc.cgroup.relative": 1, "lxc.cgroup2.memory.max": "1G",
  });
  expect(made).toEqual({ ok: true, value: [
    "lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.uts.name = web", "lxc.tty.max = 4", "lxc.autodev = 1", "lxc.ephemeral = 0",
    "lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536", "lxc.cap.drop =", 'lxc.environment = " A=1"', "lxc.cgroup.relative = 1", "lxc.cgroup2.memory.max = 1G", "",
  ].join("\n") });
  const { spec } = mustLoad(made.ok ? made.value : "");
  expect([spec.hostname?.value, spec.ttyMax.value, spec.nics[0]?.link, spec.environment[0]?.value]).toEqual(["web", 4, "br0", " A=1"]);
});

test("an old name is what it is called now", () => {
  expect(configText(JSON.parse('{ "lxc.utsname": "web", "lxc.network.1.type": "empty", "lxc.limit.nofile": 10 }'))).toEqual({ ok: true, value: "lxc.uts.name = web\nlxc.net.1.type = empty\nlxc.prlimit.nofile = 10\n" });
});

test("all problems at once, each with its key", () => {
  const made = configText(JSON.parse('{ "lxc.tty.mux": 4, "lxc.tty.max": 2000, "lxc.environment": ["A=1", "B\\n"], "lxc.network.type": "veth", "lxc.net": "x" }'));
  expect(made.ok ? [] : made.problems.map(({ code, text }) => `${code} ${text}`)).toEqual([
    "config.key unknown key 'lxc.tty.mux'", "config.value lxc.tty.max: 2000 is more than 1024", "config.value lxc.environment: a value is one line",
    "config.key 'lxc.network.type' is the name of LXC 2 and older", "config.value lxc.net takes no value",
  ]);
});
