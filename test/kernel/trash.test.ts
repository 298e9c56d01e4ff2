// berth rm and berth undelete for each kind of container: what is removed comes back whole, for a time; --dry-run, --purge; what is refused.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, create, DIST, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind, Place, Ran } from "./place.ts";

const PATIENCE_MS = 60_000;
const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
const home = (place: Place, ...path: readonly string[]): string => join(place.lxcpath, place.name, ...path);

/** `berth VERB`, whose -P comes behind the verb. */
function verb(place: Place, name: string, ...args: readonly string[]): Ran {
  const [program = "", ...rest] = argvFor(place, [join(DIST, "bin/berth"), name, "-P", place.lxcpath, ...args]);
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", input: "" });
  return { status: status ?? 128, stdout, stderr };
}
function does(place: Place, name: string, ...args: readonly string[]): string {
  const ran = verb(place, name, ...args);
  expect({ name, args, status: ran.status, stderr: ran.status === 0 ? "" : ran.stderr }).toEqual({ name, args, status: 0, stderr: "" });
  return ran.stdout;
}
const refused = (place: Place, name: string, ...args: readonly string[]): string => {
  const ran = verb(place, name, ...args);
  expect(ran.status).toBe(1);
  return ran.stderr;
};

describe.each([...KINDS])("%s", (kind) => {
  const place = makePlace(kind);
  const trash = join(place.lxcpath, ".trash");
  beforeAll(() => create(place), PATIENCE_MS);
  afterAll(async () => {
    verb(place, "rm", "--purge", "-f", place.name);
    verb(place, "undelete", "--purge");
    await leavePlace(place);
  }, PATIENCE_MS);

  test("what would go is listed, and nothing goes", () => {
    const listed = does(place, "rm", "--dry-run", place.name).trimEnd().split("\n");
    expect(listed).toEqual([".berth", "config", "rootfs"].map((name) => home(place, name)));
    expect(readdirSync(home(place)).toSorted()).toEqual([".berth", "config", "rootfs"]);
  });

  test("removed, it is no container; brought back, it starts as it was", () => {
    const config = readFileSync(home(place, "config"), "utf8");
    start(place);
    expect(refused(place, "rm", place.name)).toContain("is running");
    expect(verb(place, "rm", "-f", place.name)).toEqual({ status: 0, stdout: "", stderr: expect.stringMatching(new RegExp(`^${place.name} is in the trash until \\d{4}-\\d\\d-\\d\\d: berth undelete ${place.name}\n$`)) });
    expect([works(place, "lxc-ls", ["-1"]), existsSync(home(place)), readdirSync(place.lxcpath)]).toEqual(["", false, [".trash"]]);
    expect(does(place, "undelete")).toMatch(new RegExp(`^${place.name}  removed .*, kept until .* UTC\n$`));
    expect(JSON.parse(does(place, "undelete", "--format", "json"))).toMatchObject([{ name: place.name, lxcpath: trash }]);
    does(place, "undelete", place.name);
    expect([readFileSync(home(place, "config"), "utf8"), existsSync(trash)]).toEqual([config, false]);
    start(place);
    expect(inside(place, "hostname")).toBe(place.name);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
  }, PATIENCE_MS);

  test("a clone in the trash still holds its source, under its old name or the new one", () => {
    const clone = `${place.name}2`;
    works(place, "lxc-copy", ["-n", place.name, "-N", clone, "-s"]);
    does(place, "rm", clone);
    for (const words of [[], ["--purge"]]) expect(refused(place, "rm", ...words, place.name)).toContain(`destroy ${clone} (in the trash: berth undelete --purge ${clone}) first`);
    does(place, "undelete", clone);
    expect(readFileSync(home(place, "lxc_snapshots"), "utf8")).toBe(`${place.lxcpath}\n${clone}\n`);
    does(place, "rm", clone);
    does(place, "undelete", "--purge", clone);
    expect([existsSync(home(place, "lxc_snapshots")), readdirSync(place.lxcpath)]).toEqual([false, [place.name]]);
  }, PATIENCE_MS);

  test("the name may be taken meanwhile; the newest comes back; what is too old goes for good", () => {
    does(place, "rm", place.name);
    create(place);
    writeFileSync(join(place.lxcpath, place.name, "rootfs/etc/second"), "");
    expect(refused(place, "undelete", place.name)).toContain(`remedy: give that one another name first: berth rename ${place.name} NEWNAME`);
    const [first = ""] = readdirSync(trash);
    renameSync(join(trash, first), join(trash, first.replace(/@.*/, "@20200101T000000.000")));
    does(place, "rm", place.name);
    expect(readdirSync(trash)).toHaveLength(1);
    does(place, "undelete", place.name);
    expect(existsSync(home(place, "rootfs/etc/second"))).toBe(true);
  }, PATIENCE_MS);

  test("what is not there, a trash that leads elsewhere", () => {
    expect(refused(place, "undelete", "nobody")).toContain("no 'nobody' is in the trash\n    cause: it is empty");
    expect(refused(place, "undelete", "../x")).toContain("invalid container name");
    const elsewhere = join(place.lxcpath, "elsewhere");
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, trash);
    const said = [refused(place, "rm", place.name), refused(place, "undelete", place.name), refused(place, "undelete", "--purge")];
    rmSync(trash);
    expect(said.every((text) => text.includes("is a symbolic link"))).toBe(true);
    expect([readdirSync(elsewhere), existsSync(home(place, "config"))]).toEqual([[], true]);
    rmSync(elsewhere, { recursive: true });
  }, PATIENCE_MS);
});

test("root's container is none that an ordinary user removes", async () => {
  const place = makePlace("privileged");
  create(place);
  chmodSync(home(place), 0o755);
  const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
  for (const words of [["lxc-destroy", "-P", place.lxcpath, "-n", place.name], ["berth", "rm", "-P", place.lxcpath, place.name], ["berth", "rm", "--purge", "-P", place.lxcpath, place.name]]) {
    const { status, stderr } = spawnSync(nobody[0] ?? "", [...nobody.slice(1), join(DIST, "bin", words[0] ?? ""), ...words.slice(1)], { encoding: "utf8" });
    expect([words, status, stderr]).toEqual([words, 1, expect.stringMatching(/(belongs to another user|permission denied)\n[^]*remedy: run this as the user who created the container, or as root\n/)]);
  }
  expect(existsSync(home(place, "rootfs/bin"))).toBe(true);
  works(place, "lxc-destroy", ["-n", place.name]);
  await leavePlace(place);
}, PATIENCE_MS);
