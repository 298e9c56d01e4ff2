// berth apply and berth ensure, by root and by an ordinary user: made, unchanged the second time, changed, mistakes by line
// and column; restart policy and health.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, berth, DIST, ended, eventually, initPid, inside, leavePlace, makePlace, state, works } from "./place.ts";
import type { Kind, Place, Ran } from "./place.ts";

const PATIENCE_MS = 90_000;
const APPLY_KINDS: readonly Kind[] = ["privileged", "user-owned"];
describe.each([...APPLY_KINDS])("%s", (kind: Kind) => {
  let place: Place;
  const [a, b] = ["a", "b"].map((letter) => (): string => `${place.mark}${letter}`);
  const nameOf = { a: (): string => a?.() ?? "", b: (): string => b?.() ?? "" };
  const file = (): string => join(place.lxcpath, "shop.yaml");
  const config = (name: string): string => readFileSync(join(place.lxcpath, name, "config"), "utf8");
  const of = (name: string): Place => ({ ...place, name });
  const write = (text: string): void => writeFileSync(file(), text.replaceAll("AA", nameOf.a()).replaceAll("BB", nameOf.b()));
  const apply = (...words: readonly string[]): Ran => berth(place, "berth", ["apply", file(), "-P", place.lxcpath, ...words]);
  const ensure = (...words: readonly string[]): Ran => berth(place, "berth", ["ensure", nameOf.b(), "-P", place.lxcpath, ...words]);
  beforeAll(() => { place = makePlace(kind); });
  afterAll(async () => {
    for (const name of [nameOf.a(), nameOf.b()]) berth(place, "lxc-destroy", ["-f", "-n", name]);
    for (const name of readdirSync(place.lxcpath)) rmSync(join(place.lxcpath, name), { recursive: true });
    await leavePlace(place);
  }, PATIENCE_MS);

  // busybox's init takes two seconds to shut down: restart.test.ts and lifecycle.test.ts wait for it, here it ends at once
  const PROJECT = `name: shop
containers:
  AA:
    template: busybox
    depends_on: { BB: healthy }
    volumes: [data:/srv/data]
    config: { lxc.net.0.type: empty, lxc.signal.halt: SIGKILL, lxc.tty.max: 3 }
  BB:
    template: busybox
    environment: { COLOUR: red }
    config:
      lxc.net.0.type: empty
      lxc.signal.halt: SIGKILL
    health: { command: "test -e /root", interval: 100ms, retries: 20 }
    volumes:
      - { source: data, target: /data }
volumes:
  data:
`;

  test("made in the order of dependencies; a second time nothing is done", () => {
    write(PROJECT);
    const dry = apply("--dry-run", "--format", "json", "--exit-code");
    expect([dry.status, dry.stderr]).toEqual([2, ""]);
    const planned = JSON.parse(dry.stdout);
    expect([planned.changed, planned.isDryRun, planned.steps.map((step: { do: string; name: string }) => `${step.do} ${step.name}`)]).toEqual([true, true, [`create ${nameOf.b()}`, "make volume data", `configure ${nameOf.b()}`, `start ${nameOf.b()}`, `await health ${nameOf.b()}`, `create ${nameOf.a()}`, `configure ${nameOf.a()}`, `start ${nameOf.a()}`]]);
    expect(existsSync(join(place.lxcpath, nameOf.a()))).toBe(false);

    const made = apply();
    expect({ ...made, stdout: made.stdout.split("\n").slice(-2) }).toEqual({ status: 0, stdout: ["changed", ""], stderr: "" });
    expect(made.stdout.indexOf(`+ container ${nameOf.b()}\n`)).toBeLessThan(made.stdout.indexOf(`+ container ${nameOf.a()}\n`));
    expect([state(place, nameOf.a()), state(place, nameOf.b()), inside(of(nameOf.b()), "tr '\\0' '\\n' < /proc/1/environ | grep COLOUR")]).toEqual(["RUNNING", "RUNNING", "COLOUR=red"]);
    inside(of(nameOf.b()), "echo shared > /data/x");
    expect(inside(of(nameOf.a()), "cat /srv/data/x; stat -c %u /srv/data /srv/data/x")).toBe("shared\n0\n0");
    expect(lstatSync(join(place.lxcpath, ".volumes/shop_data")).uid).toBe(place.rootId);
    expect(apply("--exit-code")).toEqual({ status: 0, stdout: "unchanged\n", stderr: "" });
  }, PATIENCE_MS);

  test("what is changed in the file is changed; what it speaks of no more goes, what others have set stays", () => {
    const pid = initPid(of(nameOf.b()));
    works(place, "berth", ["config", "set", nameOf.b(), "lxc.environment", "OWN=1", "-P", place.lxcpath]);
    expect(apply("--dry-run").stdout).toBe("unchanged\n");
    write(PROJECT.replace("COLOUR: red", "COLOUR: blue").replace(", lxc.tty.max: 3", "").replace("BB: healthy", "BB: started"));
    const { status, stdout, stderr } = apply("--exit-code");
    expect([status, stderr]).toEqual([2, ""]);
    expect(stdout).toContain(`~ ${nameOf.b()}: lxc.environment: COLOUR=red, OWN=1 -> OWN=1, COLOUR=blue\n`);
    expect([config(nameOf.a()).includes("lxc.tty.max = 3"), initPid(of(nameOf.b())) === pid, config(nameOf.b()).includes("OWN=1")]).toEqual([false, false, true]);
    expect(apply().stdout).toBe("unchanged\n");
  }, PATIENCE_MS);

  test("mistakes are told by line and column, all at once, and nothing is done", () => {
    write("containers:\n  AA:\n    templat: busybox\n    limits: { memory: lots }\n    depends_on: [CC]\n    config: { lxc.foo: 1 }\n    volumes: [x:/y]\n    restart: sometimes\n");
    const { status, stderr } = apply();
    expect(status).toBe(1);
    for (const text of [":3:5: 'templat' is not known in container", "did you mean 'template'?", ":4:23: 'lots' is no memory", ":5:18: ", "depends on 'CC', which is not in this file", ":6:15: ", ":7:15: there is no volume 'x' in this file", ":8:14: 'sometimes' is no restart"]) expect(stderr).toContain(text);
    write("containers: {\n");
    expect(apply().stderr).toContain(`${file()}:1:13: the mapping that begins here does not end`);
    write("containers:\n  AA: { depends_on: [BB] }\n  BB: { depends_on: [AA] }\n");
    expect(apply().stderr).toContain("wait for each other");
    expect(berth(place, "berth", ["apply", "/no/such.yaml", "-P", place.lxcpath])).toEqual({ status: 1, stdout: "", stderr: expect.stringContaining("cannot read '/no/such.yaml'") });
  });

  test("--watch: what fails is started again, so often; what is not well is, too; a stop is left alone", async () => {
    write(`containers:\n  AA:\n    restart: on-failure:2\n    config: { lxc.net.0.type: empty, lxc.signal.halt: SIGKILL }\n    health: { command: "test ! -e /root/ill", interval: 200ms, retries: 2 }\n    volumes: [data:/srv/data]\nvolumes: { data: }\nname: shop\n`);
    const [program = "", ...rest] = argvFor(place, [join(DIST, "bin/berth"), "apply", "-P", place.lxcpath, file(), "--watch", "--format", "json"]);
    const child = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (bytes: Buffer) => { text += bytes.toString(); });
    const heard = (what: string, count = 1): Promise<void> => eventually(`${what} is heard ${count} times`, () => text.split(`"what":"${what}"`).length > count);
    try {
      await eventually("it has been applied", () => text.includes('"changed"'));
      const pid = initPid(of(nameOf.a()));
      inside(of(nameOf.a()), "touch /root/ill");
      await heard("unhealthy");
      await heard("started");
      expect(initPid(of(nameOf.a()))).not.toBe(pid);
      inside(of(nameOf.a()), "rm -f /root/ill");
      await heard("healthy");
      process.kill(initPid(of(nameOf.a())), "SIGKILL");
      await heard("failed");
      await heard("started", 2);
      works(place, "lxc-stop", ["-n", nameOf.a(), "-k"]);
      const before = text;
      await eventually("it has stopped for good", () => JSON.parse(works(place, "lxc-info", ["-n", nameOf.a(), "--format", "json"])).restarts?.end === "asked");
      await new Promise((resolve) => setTimeout(resolve, 300)); // longer than the first pause: nothing more comes
      expect([text, state(place, nameOf.a())]).toEqual([before, "STOPPED"]);
    } finally {
      child.kill("SIGTERM");
      await ended(child);
    }
  }, PATIENCE_MS);

  test("ensure: changed, unchanged, exit codes, data", () => {
    works(place, "lxc-destroy", ["-f", "-n", nameOf.b()]);
    const words = ["-t", "busybox", "-c", "lxc.net.0.type=empty", "-c", "lxc.signal.halt=SIGKILL", "-c", "lxc.environment=A=1", "-c", "lxc.environment=B=2"];
    expect(JSON.parse(ensure(...words, "--stopped", "--format", "json").stdout)).toMatchObject({ changed: true, isDryRun: false, steps: [{ do: "create", name: nameOf.b() }, { do: "configure" }] });
    expect([ensure(...words, "--stopped", "--exit-code"), state(place, nameOf.b())]).toEqual([{ status: 0, stdout: "unchanged\n", stderr: "" }, "STOPPED"]);
    expect([ensure(...words, "--exit-code").status, state(place, nameOf.b()), ensure(...words).stdout]).toEqual([2, "RUNNING", "unchanged\n"]);
    expect(ensure(...words, "--stopped").stdout).toContain("changed\n");
    expect(config(nameOf.b())).toContain("lxc.environment = A=1\nlxc.environment = B=2\n");
    for (const [args, text] of [[["-c", "x"], "is not KEY=VALUE"], [["-c", "lxc.tty.max=many"], "lxc.tty.max"], [["--image", "x", "-t", "y"], "either --image or --template"]] as const) {
      const { status, stderr } = ensure(...args);
      expect([status, stderr]).toEqual([1, expect.stringContaining(text)]);
    }
    expect(berth(place, "berth", ["ensure", `no${place.mark}`, "-P", place.lxcpath]).stderr).toContain("nothing says what it is to be made of");
  }, PATIENCE_MS);
});
