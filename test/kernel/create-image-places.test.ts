// berth create --image and berth run with images of registries (for anybody, with a password, with a token; for several kinds of machines)
// and of files: each from its name to what it runs, with keys, a user and a name of its own.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheOf, containers, destroy, inPlace, runBeside } from "./download-room.ts";
import { buildOci, push, startRegistry, startTokenDoor, type OciImages, type RegistryProcess, type TokenDoor } from "./oci-images.ts";
import { DIST, works, type Place, type Ran } from "./place.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPlaceholderForATest me@here";
const OWN = ["--ssh-key", KEY, "--user", "ann", "--hostname", "app.example.org"] as const;
let work: string;
let images: OciImages;
let open: RegistryProcess;
let closed: RegistryProcess;
let door: TokenDoor;
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "berth-places-test-"));
  chmodSync(work, 0o755);
  images = buildOci(work);
  writeFileSync(join(work, "htpasswd"), `tester:${Bun.password.hashSync("secret", { algorithm: "bcrypt", cost: 4 })}\n`);
  writeFileSync(join(work, "password"), "secret\n");
  [open, closed] = await Promise.all([startRegistry(work, "open"), startRegistry(work, "closed", join(work, "htpasswd"))]);
  door = await startTokenDoor(open.host, "tester:secret");
  for (const name of ["open/app", "team/app"]) await push(open.host, name, "1.0", images);
}, 60_000);
afterAll(async () => {
  await Promise.all([open.close(), closed.close(), door.close()]);
  rmSync(work, { recursive: true, force: true });
});

const berth = (place: Place, ...args: readonly string[]): Promise<Ran> => runBeside(place, [join(DIST, "bin/berth"), ...args]);
const wish = (place: Place, image: string, ...more: readonly string[]): readonly string[] => [place.name, "-P", place.lxcpath, "-f", join(place.lxcpath, "in.conf"), "--image", image, ...more];
const create = (place: Place, image: string, ...more: readonly string[]): Promise<Ran> => berth(place, "create", ...wish(place, image, ...more));
async function good(ran: Promise<Ran>): Promise<string> {
  const { status, stdout, stderr } = await ran;
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.replaceAll("\r", "");
}
const config = (place: Place): string => readFileSync(join(place.lxcpath, place.name, "config"), "utf8");
const treeOf = (place: Place): string => /overlay:([^:]+):/.exec(config(place))?.[1] ?? "";
const SAYS = "hello you\n1000\n1001\n/home/app\n";
const LOGIN = (): readonly string[] => ["--username", "tester", "--password-file", join(work, "password")];

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  test("a registry, for anybody: what the image is for, as whom, with what is its own", () => inPlace(kind, async (place) => {
    const image = `oci:${open.host}/open/app:1.0`;
    expect(await good(berth(place, "run", ...wish(place, image, ...OWN)))).toEndWith(SAYS);
    expect([config(place).includes("lxc.uts.name = app.example.org\n"), existsSync(join(treeOf(place), "etc/hostname"))]).toEqual([true, false]);
    const looks = "cat /etc/hostname; id -u ann; cat /home/ann/.ssh/authorized_keys; cat /kept; ls /opaque";
    // made already: nothing is asked for again, and the command is another one
    rmSync(join(cacheOf(place), "sha256"), { recursive: true });
    expect(await good(berth(place, "run", ...wish(place, image), "--", "/bin/sh", "-c", "id -u; pwd"))).toBe("1000\n/home/app\n");
    expect(works(place, "lxc-execute", ["-n", place.name, "-u", "0", "-g", "0", "--", "/bin/sh", "-c", looks]).replaceAll("\r", "")).toBe(`app.example.org\n1002\n${KEY}\nkept\nb\n`);
    destroy(place);
  }), 60_000);

  test("a file: a shell in it, or a command", () => inPlace(kind, async (place) => {
    const archive = join(place.lxcpath, "in-app.tar.gz");
    expect(spawnSync("tar", ["-C", join(work, "lower"), "--exclude=./dev/*", "-czf", archive, "."]).status).toBe(0);
    const init = join(place.lxcpath, "in.conf");
    writeFileSync(init, `${readFileSync(init, "utf8")}lxc.init.cmd = /bin/sleep 1000\nlxc.signal.halt = SIGKILL\n`);
    expect(await good(berth(place, "run", ...wish(place, `file:${archive}`, ...OWN), "--", "sh", "-c", "cat /etc/hostname; id -u ann; cat /kept"))).toEndWith("app.example.org\n1002\nkept\n");
    expect(await good(runBeside(place, [join(DIST, "bin/berth"), "run", ...wish(place, `file:${archive}`)], { input: "echo in the shell; exit 3\n" }).then((ran) => ({ ...ran, status: ran.status - 3 })))).toBe("in the shell\n");
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    destroy(place);
  }), 60_000);
});

test("a registry that wants a password, and one that gives tokens", () => inPlace("user-owned", async (place) => {
  for (const [host, name] of [[closed.host, "team/app"], [door.host, "team/app"]] as const) {
    const image = `oci:${host}/${name}:1.0`;
    for (const [how, words] of [[[], "wants a login"], [["--username", "tester", "--password-file", "/etc/hostname"], "does not take the login of 'tester'"], [["--username", "tester", "--password-file", join(work, "none")], "cannot read"]] as const) {
      const ran = await create(place, image, ...how);
      expect([host, ran.status, ran.stderr.includes(words) ? "" : ran.stderr, containers(place)]).toEqual([host, 1, "", []]);
    }
    expect(await good(berth(place, "run", ...wish(place, image, ...LOGIN())))).toEndWith(SAYS);
    destroy(place);
    rmSync(join(cacheOf(place), "sha256"), { recursive: true });
  }
  expect(await good(berth(place, "run", ...wish(place, `docker://${door.host}/open/app:1.0`)))).toEndWith(SAYS);
  destroy(place);
}), 60_000);

test("an image for several kinds of machines, one of a layout, pins, what is not there, and without the net", () => inPlace("root-owned", async (place) => {
  const image = `oci:${open.host}/open/app:1.0`;
  await good(create(place, image, "--arch", "arm64"));
  expect([existsSync(join(treeOf(place), "bin/sh")), readdirSync(treeOf(place))]).toEqual([false, []]);
  destroy(place);
  const other = await create(place, image, "--arch", "s390x");
  expect([other.status, other.stderr.includes("it is there for arm64 amd64")]).toEqual([1, true]);
  const none = await create(place, `oci:${open.host}/open/app:9`);
  expect([none.status, none.stderr.includes("404")]).toEqual([1, true]);
  const pinned = await create(place, image, "--digest", `sha256:${"0".repeat(64)}`);
  expect([pinned.status, pinned.stderr.includes("--digest")]).toEqual([1, true]);
  await good(berth(place, "image", "lock", image, "--lock", join(place.lxcpath, "in.lock")));
  expect(readFileSync(join(place.lxcpath, "in.lock"), "utf8")).toContain(images.manifests[1]?.digest ?? "none");
  await good(create(place, image, "--lock", join(place.lxcpath, "in.lock"), "--offline"));
  destroy(place);
  const away = await create(place, `oci:${open.host}/team/app:1.0`, "--offline");
  expect([away.status, away.stderr.includes("the cache has no")]).toEqual([1, true]);
  await good(create(place, `oci:${images.layout}:1.0`, "-B", "dir"));
  expect([config(place).includes("lxc.rootfs.path = dir:"), readFileSync(join(place.lxcpath, place.name, "rootfs/opaque/b"), "utf8")]).toEqual([true, "upper\n"]);
  destroy(place);
  expect(containers(place)).toEqual([]);
}), 60_000);
