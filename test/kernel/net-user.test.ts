// An ordinary user's veth: asked of lxc-user-nic, which looks into /etc/lxc/lxc-usernet.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { DIST, berth, create, eventually, initPid, inside, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";
import { leaveRoom, makeRoom, must } from "./net-room.ts";
import type { Room } from "./net-room.ts";

let place: Place;
let room: Room;
beforeAll(async () => {
  room = await makeRoom();
  place = { ...makePlace("user-owned"), into: room.into };
  must(room.into, `ip link add br0 type bridge; ip addr add 10.9.0.1/24 dev br0; ip link set br0 up; mkdir -p /etc/lxc; mount -t tmpfs tmpfs /etc/lxc; echo '${place.user?.name} veth br0 1' > /etc/lxc/lxc-usernet`);
  create(place);
});
afterAll(async () => {
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
  leaveRoom(room);
});

const options = (link: string, more: readonly string[] = []): readonly string[] => ["type=veth", `link=${link}`, "flags=up", "hwaddr=00:16:3e:00:00:05", "ipv4.address=10.9.0.5/24", ...more].flatMap((line) => ["-s", `lxc.net.0.${line}`]);
const ports = (): string => must(room.into, "ls /sys/class/net/br0/brif");

test("is in the bridge, reaches it, is counted, and is gone at stop", async () => {
  start(place, options("br0"));
  expect(inside(place, "cat /sys/class/net/eth0/address")).toBe("00:16:3e:00:00:05");
  await eventually("the bridge answers", () => berth(place, "lxc-attach", ["-n", place.name, "--clear-env", "--", "ping", "-c1", "-W1", "10.9.0.1"]).status === 0);
  expect(ports()).toMatch(/^veth\S+$/);
  expect(works(place, "lxc-info", ["-n", place.name, "-S"])).toContain(ports());
  expect(works(place, "lxc-info", ["-n", place.name, "-iH"]).trim()).toBe("10.9.0.5");
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  await eventually("its end on the host is gone", () => ports() === "");
});

test.each(["init", "monitor"])("is gone when its %s is killed, and counted no more", async (who) => {
  start(place, options("br0"));
  process.kill(who === "init" ? initPid(place) : Number(/"monitorPid":(\d+)/.exec(must(room.into, `cat ${place.lxcpath}/${place.name}/.berth/state`))?.[1]), "SIGKILL");
  await eventually("its end on the host is gone", () => ports() === "");
  await eventually("it is stopped", () => state(place) === "STOPPED");
});

test("what is not granted is refused in the helper's own words, and nothing is left", () => {
  must(room.into, "ip link add br1 type bridge");
  const refused = berth(place, "lxc-start", ["-n", place.name, "-d", ...options("br1")]);
  expect([refused.status, state(place), must(room.into, "ls /sys/class/net/br1/brif")]).toEqual([1, "STOPPED", ""]);
  expect(refused.stderr).toContain("lxc-user-nic refused");
  expect(refused.stderr).toMatch(/remedy: .*\/etc\/lxc\/lxc-usernet; lxc\.net\.N\.type = user goes without, by pasta/);
});

test("other types and mode router are root's, with the line", () => {
  for (const [line, text] of [["lxc.net.0.type=macvlan", "only root may make an interface of type macvlan"], ["lxc.net.0.veth.mode=router", "only root may make a veth in mode router"]] as const) {
    const refused = berth(place, "lxc-start", ["-n", place.name, "-d", "-s", "lxc.net.0.type=veth", "-s", line]);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(text)]);
  }
});

test("where ours is set-user-ID root, it is the one that is asked", async () => {
  const program = join(DIST, "libexec/berth/lxc-user-nic");
  must(room.into, `install -m 4755 ${program} /run/lxc-user-nic; mount --bind /run/lxc-user-nic ${program}`);
  expect(works(place, "lxc-start", ["-n", place.name, "--explain", ...options("br0")])).toContain(`run ${program} create`);
  start(place, options("br0"));
  expect([inside(place, "cat /sys/class/net/eth0/address"), ports()]).toEqual(["00:16:3e:00:00:05", expect.stringMatching(/^veth\S+$/)]);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  await eventually("its end on the host is gone", () => ports() === "");
  const refused = berth(place, "lxc-start", ["-n", place.name, "-d", ...options("br1")]);
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(`the line to add there, as root: ${place.user?.name} veth br1 10`)]);
  must(room.into, `umount ${program}`);
});
