// Ansible's own lxc_container module, which stands on python3-lxc and on the commands in its PATH, works with containers that Berth
// has made and started. The module is one file out of Debian's package `ansible`: the package itself is 259 MB.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { leaksAtLast, snapshot } from "../kernel/leaks.ts";
import { DIST } from "../kernel/place.ts";

const PATIENCE_MS = 240_000;
const MODULE = "./usr/lib/python3/dist-packages/ansible_collections/community/general/plugins/modules/lxc_container.py";
const room = mkdtempSync("/tmp/berth-ansible-");
const mark = `ba${process.pid.toString(36)}`;
const watch = { mark, folders: [] };
const before = snapshot(watch);
afterAll(() => rmSync(room, { recursive: true }));

const shell = (line: string, env: Readonly<Record<string, string>> = {}): { readonly status: number | null; readonly output: string } => {
  const { status, stdout, stderr } = spawnSync("unshare", ["-m", "bash", "-ec", line], { encoding: "utf8", input: "", cwd: room, timeout: PATIENCE_MS, env: { ...process.env, ...env } });
  return { status, output: stdout + stderr };
};

beforeAll(() => {
  mkdirSync(join(room, "library"));
  const fetched = shell(`apt-get -qq download -o APT::Sandbox::User=root ansible && dpkg-deb --fsys-tarfile ansible_*.deb | tar -xO ${MODULE} > library/lxc_container.py; rm -f ansible_*.deb; test -s library/lxc_container.py`);
  expect(fetched).toMatchObject({ status: 0 });
}, PATIENCE_MS);

type Task = Readonly<Record<string, unknown>>;
/** The module with these words; what then holds of its answer. */
const asks = (what: string, words: Readonly<Record<string, unknown>>, ...holds: readonly string[]): readonly Task[] => [
  { name: what, lxc_container: { name: mark, ...words }, register: "answer" }, ...(holds.length === 0 ? [] : [{ name: `${what}: held`, assert: { that: holds, quiet: true } }]),
];
/** A command of Berth's, and what it must print. */
const says = (line: string, output: string): readonly Task[] => [{ name: line, command: line, register: "answer" }, { name: `${line}: '${output}'`, assert: { that: [`answer.stdout == ${JSON.stringify(output)}`], quiet: true } }];
const state = (is: string): readonly Task[] => says(`lxc-info -n ${mark} -sH`, is);

/** YAML is JSON, too. */
const play = (config: string): string => JSON.stringify([{
  hosts: "localhost", gather_facts: false, tasks: [
    asks("created", { template: "busybox", config, state: "stopped" }, "answer.changed", "answer.lxc_container.state == 'stopped'"), asks("not created twice", { template: "busybox", state: "stopped" }, "not answer.changed"),
    says(`lxc-start -n ${mark}`, ""), asks("it runs already", { state: "started" }, "not answer.changed", "answer.lxc_container.state == 'running'", "answer.lxc_container.init_pid > 1"),
    says(`lxc-attach -n ${mark} -- sh -c 'echo "#!/bin/sh" > /bin/bash; echo "exec sh $1" >> /bin/bash; chmod 755 /bin/bash; ln -s /bin/busybox /usr/bin/env' sh "$1"`, ""), // the module runs scripts of bash
    asks("a command in it", { state: "started", container_command: "echo by-ansible > /written" }), says(`lxc-attach -n ${mark} -- cat /written`, "by-ansible"),
    asks("frozen", { state: "frozen" }), state("FROZEN"), asks("thawed", { state: "started" }), state("RUNNING"),
    asks("restarted", { state: "restarted" }), state("RUNNING"), asks("stopped", { state: "stopped" }), state("STOPPED"),
    asks("cloned", { state: "stopped", clone_name: `${mark}two` }), says("lxc-ls -1", `${mark}\n${mark}two`),
    asks("removed", { state: "absent" }), asks("the clone removed", { state: "absent", name: `${mark}two` }), says("lxc-ls -1", ""),
  ].flat(),
}]);

test("a container with ids of its own: made, started, entered, frozen, restarted, stopped, cloned, removed", async () => {
  writeFileSync(join(room, "web.conf"), "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.net.0.type = empty\n");
  writeFileSync(join(room, "play.yml"), play(join(room, "web.conf")));
  const { status, output } = shell("mkdir -p /var/lib/lxc; mount -t tmpfs none /var/lib/lxc; ansible-playbook -i localhost, -c local play.yml || { lxc-stop -k -n $MARK; exit 1; }", {
    PATH: `${DIST}/bin:/usr/sbin:/usr/bin:/sbin:/bin`, HOME: room, MARK: mark, ANSIBLE_LIBRARY: join(room, "library"), ANSIBLE_LOCAL_TEMP: join(room, "tmp"), ANSIBLE_REMOTE_TEMP: join(room, "tmp"), ANSIBLE_PYTHON_INTERPRETER: "/usr/bin/python3", ANSIBLE_LOCALHOST_WARNING: "false", LC_ALL: "C.UTF-8",
  });
  expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
  expect(output).toMatch(/ok=\d+ +changed=\d+ +unreachable=0 +failed=0/);
  expect(await leaksAtLast(before, watch)).toEqual([]);
}, PATIENCE_MS);

test("it is the module of Debian's package", () => expect(readFileSync(join(room, "library/lxc_container.py"), "utf8")).toContain("module: lxc_container"));
