// Owns the throughput of a container's interface on a bridge, beside the same pair of veths made by hand.
import { measure, must } from "./measure.ts";
import { tool } from "./room.ts";
import type { Lxc } from "./room.ts";

const MEGABYTES = 1024, PORT = 5001;
const RECEIVER = `
import socket
s = socket.create_server(("", ${PORT}))
room = bytearray(1 << 20)
while True:
    c, _ = s.accept()
    while c.recv_into(room): pass
    c.sendall(b"."); c.close()`;
const SENDER = `
import socket, sys
s = socket.create_connection((sys.argv[1], ${PORT}))
block = bytes(1 << 20)
for _ in range(${MEGABYTES}): s.sendall(block)
s.shutdown(socket.SHUT_WR); s.recv(1)`;

/** A process that holds namespaces, once it has set them up. */
async function hold(argv: readonly string[]): Promise<Bun.Subprocess> {
  const child = Bun.spawn([...argv], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  await child.stdout.getReader().read();
  return child;
}
const within = (pid: number): readonly string[] => ["nsenter", "-t", String(pid), "-n", "-m", "--"];
const receive = (pid: number): Bun.Subprocess => Bun.spawn(["nsenter", "-t", String(pid), "-n", "--", "python3", "-c", RECEIVER], { stdin: "ignore", stdout: "ignore", stderr: "inherit" });

/** Lines of a table: 1 and more would be as fast as by hand. */
export async function throughputTable(lxc: Lxc, rounds: number): Promise<string[]> {
  const host = await hold(["unshare", "-n", "-m", "sh", "-ec", "mount --rbind /sys/fs/cgroup /mnt; mount -t sysfs sysfs /sys; mount --rbind /mnt /sys/fs/cgroup; ip link set lo up; ip link add br0 type bridge; ip addr add 10.9.0.1/24 dev br0; ip link set br0 up; echo; exec sleep infinity"]);
  const into = within(host.pid);
  const hand = await hold([...into, "unshare", "-n", "sh", "-ec", "ip link set lo up; echo; exec sleep infinity"]);
  const receivers: Bun.Subprocess[] = [];
  try {
    must([...into, "sh", "-ec", `ip link add hand0 type veth peer name eth0 netns ${hand.pid}; ip link set hand0 master br0 up`]);
    must([...within(hand.pid), "sh", "-ec", "ip addr add 10.9.0.3/24 dev eth0; ip link set eth0 up"]);
    const lines = ["type=veth", "link=br0", "flags=up", "ipv4.address=10.9.0.2/24"].flatMap((line) => ["-s", `lxc.net.0.${line}`]);
    const { exitCode } = Bun.spawnSync([...into, ...tool(lxc, "lxc-start", "-d", ...lines)], { stdin: "ignore", stdout: "ignore", stderr: "inherit" });
    if (exitCode !== 0) throw new Error("the container did not start");
    receivers.push(receive(Number(must([...into, ...tool(lxc, "lxc-info", "-pH")]))), receive(hand.pid));
    Bun.sleepSync(1000);
    const send = (address: string): readonly string[] => [...into, "python3", "-c", SENDER, address];
    const [ours, byHand] = measure({ what: "throughput", contenders: [{ name: "Berth", argv: send("10.9.0.2") }, { name: "by hand", argv: send("10.9.0.3") }] }, rounds);
    const speed = (milliseconds = Number.NaN): string => `${(MEGABYTES / milliseconds * (1000 / 1024)).toFixed(2)} GiB/s`;
    return ["| TCP through a bridge to a container | Berth | the same veth by hand | aim |", "|---|---|---|---|", `| ${MEGABYTES} MiB | ${speed(ours?.median)} (${((byHand?.median ?? Number.NaN) / (ours?.median ?? Number.NaN)).toFixed(3)}) | ${speed(byHand?.median)} | 0.97 |`];
  } finally {
    for (const receiver of receivers) receiver.kill("SIGKILL");
    Bun.spawnSync([...into, ...tool(lxc, "lxc-stop", "-k")]);
    for (const holder of [hand, host]) holder.kill("SIGKILL");
  }
}
