// A hardware address template in a container's own config is filled in once, and stays from start to start.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, leavePlace, makePlace, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";

describe.each(["root-owned", "user-owned"] as const)("%s", (kind) => {
  let place: Place;
  let file: string;
  beforeAll(() => {
    place = makePlace(kind);
    create(place, ["lxc.net.0.hwaddr = 00:16:3e:xx:xx:xx"]);
    file = join(place.lxcpath, place.name, "config");
  });
  afterAll(async () => {
    rmSync(`/run/lxc/lock${place.lxcpath}`, { recursive: true, force: true });
    await leavePlace(place);
  });
  const text = (): string => readFileSync(file, "utf8");
  const address = (): string => /hwaddr = (.*)$/m.exec(text())?.[1] ?? "none";
  const startAndStop = (): Ran => {
    const ran = berth(place, "lxc-start", ["-n", place.name, "-d"]);
    if (ran.status === 0) works(place, "lxc-stop", ["-n", place.name, "-k"]);
    return ran;
  };
  /** Status, and whether a word is said of the address. */
  const quietly = (): readonly unknown[] => { const { status, stderr } = startAndStop(); return [status, stderr.includes("hwaddr")]; };
  /** Puts a template back, and something to lose. */
  const withTemplate = (): string => {
    const { uid, gid } = statSync(file);
    writeFileSync(file, Buffer.from(text().replace(/hwaddr = .*$/m, "hwaddr = 00:16:3E:xx:XX:00  # no"), "utf8"));
    writeFileSync(file, text().replace("  # no", "\r").concat("# last, without a newline"));
    chownSync(file, uid, gid);
    chmodSync(file, 0o604);
    return text();
  };

  test("create writes the address", () => { expect(address()).toMatch(/^00:16:3e:[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}$/); });

  test("the first start writes it, the second keeps it; nothing else of the file changes; --explain writes nothing", () => {
    const before = withTemplate();
    const look = (): readonly unknown[] => { const { mode, uid, gid } = statSync(file); return [(mode & 0o7777).toString(8), uid, gid]; };
    const owner = look();
    works(place, "lxc-start", ["-n", place.name, "--explain"]);
    expect(text()).toBe(before);
    expect(quietly()).toEqual([0, false]);
    const first = address();
    expect(first).toMatch(/^00:16:3e:[0-9a-f]{2}:[0-9a-f]{2}:00$/);
    expect([text(), look()]).toEqual([before.replace("00:16:3E:xx:XX:00", first), owner]);
    expect(quietly()).toEqual([0, false]);
    expect(address()).toBe(first);
  });

  test("where it cannot be written, the container starts all the same, and is told so", () => {
    const before = withTemplate();
    const shared = join(place.lxcpath, "shared.conf");
    renameSync(file, shared);
    symlinkSync(shared, file);
    const ran = startAndStop();
    expect([ran.status, ran.stderr.includes("another one at the next start"), ran.stderr.includes("is a symbolic link")]).toEqual([0, true, true]);
    expect(readFileSync(shared, "utf8")).toBe(before);
    rmSync(file);
    renameSync(shared, file);
    if (place.user === undefined) return;
    chmodSync(file, 0o444);
    const closed = startAndStop();
    expect([closed.status, closed.stderr.includes("another one at the next start"), text()]).toEqual([0, true, before]);
    chmodSync(file, 0o644);
    expect(existsSync(file)).toBe(true);
  });

  test("a change of the config fills templates in, too", () => {
    withTemplate();
    works(place, "berth", ["config", "set", place.name, "lxc.group", "x", "-P", place.lxcpath]);
    expect([address().includes("x"), text().endsWith("# last, without a newline\nlxc.group = x\n")]).toEqual([false, true]);
    const other = join(place.lxcpath, "default.conf");
    writeFileSync(other, "lxc.net.0.hwaddr = 00:16:3e:xx:xx:xx\n");
    if (place.user !== undefined) chownSync(other, place.user.uid, place.user.gid);
    works(place, "berth", ["config", "set", "--file", other, "lxc.group", "x", "-P", place.lxcpath]);
    expect(readFileSync(other, "utf8")).toBe("lxc.net.0.hwaddr = 00:16:3e:xx:xx:xx\nlxc.group = x\n");
    rmSync(other);
  });
});
