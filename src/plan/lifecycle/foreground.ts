// Owns lxc-start -F on a terminal. The monitor is a child that goes on when its terminal goes; the launcher joins the
// caller's terminal to a pty, which the monitor has in its place, until the monitor ends or the user leaves.
import type { Op } from "../../isa/op.ts";
import { FLAGS } from "../../isa/schema.ts";
import { keyName } from "../../linux/control-key.ts";
import { SIGKILL } from "../../linux/signals.ts";
import { byDefault, byOption } from "../../model/origin.ts";
import { WATCHED } from "../barriers.ts";
import { joinParent } from "../process.ts";
import type { Container } from "./container.ts";

const FROM = byOption("--foreground");
const PR_SET_PDEATHSIG = 1;

/** The monitor's first steps: a start that nobody waits for any more ends. */
export const beginInForeground = ({ foreground }: Container): readonly Op[] =>
  (foreground === undefined ? [] : [joinParent(FROM, SIGKILL), { op: "close", from: FROM, slot: foreground.master }]);

/** The monitor's last steps before it watches. */
export function watchInForeground({ foreground }: Container): readonly Op[] {
  if (foreground === undefined) return [];
  const { peer } = foreground;
  return [
    { op: "setsid", from: FROM }, ...[0, 1, 2].map((fd): Op => ({ op: "dup", from: FROM, slot: peer, fd })), { op: "close", from: FROM, slot: peer },
    { op: "prctl", from: FROM, option: PR_SET_PDEATHSIG, arg2: 0, note: "from now on it stays when the launcher leaves" },
    { op: "post", from: FROM, number: WATCHED, note: "the terminal can be joined" },
  ];
}

export function launchInForeground({ scope, inputs, foreground }: Container, monitor: readonly Op[], room: readonly Op[]): readonly Op[] {
  if (foreground === undefined) return monitor;
  const { master, peer, escape } = foreground;
  const [pid, pidfd] = [scope.slots.take(), scope.slots.take()];
  const key = keyName(escape);
  const greeting = inputs.isQuiet === true ? {} : { greeting: `Type <Ctrl+${key} q> to leave ${scope.spec.name} running in the background, <Ctrl+${key} Ctrl+${key}> to enter Ctrl+${key} itself\n` };
  return [
    { op: "openPty", from: FROM, path: "/dev/ptmx", master, peer, note: "stands for this terminal, which can be left" }, ...room,
    { op: "clone", from: byDefault("monitor"), flags: 0, name: "monitor", pid, pidfd, body: monitor, note: "stays with the container" },
    { op: "close", from: FROM, slot: peer },
    { op: "await", from: FROM, number: WATCHED, child: pid, note: "init runs" },
    { op: "relay", from: FROM, master, pidfd, escape, flags: FLAGS.RELAY_FORWARD, ...greeting },
    { op: "exitWith", from: FROM, child: pid },
  ];
}
