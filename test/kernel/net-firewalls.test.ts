// ufw and firewalld as Debian has them, beside a bridge of containers: what they drop is told, and what helps helps.
import { afterAll, afterEach, beforeAll, test } from "bun:test";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { freshRules, leaveFirewallRoom, makeFirewallRoom, mended, runs, shell } from "./firewall-room.ts";
import type { FirewallRoom } from "./firewall-room.ts";
import { must } from "./net-room.ts";
import { eventually } from "./place.ts";

let fire: FirewallRoom;
beforeAll(async () => { fire = await makeFirewallRoom(["iptables", "ufw", "firewalld"]); });
afterEach(() => freshRules(fire));
afterAll(() => leaveFirewallRoom(fire));

test("ufw: the chain is named, and its own words let containers through", async () => {
  await mended(fire, shell(fire, "ufw --force enable"), [
    /no +lab: containers ask for an address \(DHCP\)\n +cause: table ip filter, chain INPUT \(ufw\): rule \d+ of ufw-skip-to-policy-input\n +remedy: ufw allow in on lab to any port 67 proto udp/,
    /no +lab: containers reach the world\n +cause: table ip filter, chain FORWARD \(ufw\): policy drop\n +remedy: ufw route allow in on lab\n/, /ok +lab: the world's answers come back/,
  ]);
});

/** A bus of its own: no program is started for it, and nobody but root is there. */
const BUS = `<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth><policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/>${["method_return", "signal", "error"].map((type) => `<allow send_type="${type}"/><allow receive_type="${type}"/>`).join("")}<allow receive_type="method_call"/></policy></busconfig>`;

test("firewalld: the bridge goes into the zone trusted", async () => {
  must(fire.room.into, `mkdir /run/dbus; echo '${BUS}' > /run/dbus.conf`);
  const daemons: ChildProcess[] = [];
  const daemon = (...argv: readonly string[]): void => { daemons.push(spawn("env", [...fire.room.into, ...argv], { stdio: "ignore" })); };
  daemon("dbus-daemon", "--config-file=/run/dbus.conf", "--nofork", "--nopidfile");
  await eventually("the bus is there", () => runs(fire, ["test", "-S", "/run/dbus/system_bus_socket"]).status === 0);
  try {
    await mended(fire, async () => {
      daemon("firewalld", "--nofork", "--nopid");
      await eventually("firewalld runs", () => runs(fire, ["firewall-cmd", "--state"]).stdout.trim() === "running");
    }, [
      /no +lab: containers ask for an address \(DHCP\)\n +cause: table inet firewalld, chain filter_INPUT \(firewalld\): rule \d+ of \w+\n/,
      /no +lab: containers reach the world\n +cause: table inet firewalld, chain filter_FORWARD \(firewalld\): rule \d+ of \w+\n +remedy: firewall-cmd --permanent --zone=trusted --add-interface=lab\n/,
    ]);
  } finally { for (const child of daemons.toReversed()) child.kill("SIGKILL"); }
});
