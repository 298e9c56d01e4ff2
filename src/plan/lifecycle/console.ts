// Owns the plan of lxc-console: a terminal from the container's monitor, joined to the caller's. Any monitor that speaks
// LXC's protocol will do. The connection is the hold on the terminal: it ends with this process, however that ends.
import type { Plan } from "../../isa/op.ts";
import { FLAGS } from "../../isa/schema.ts";
import { GET_TTY_FD } from "../../linux/command-protocol.ts";
import { keyName } from "../../linux/control-key.ts";
import { commandSocket } from "../../linux/socket-name.ts";
import { byDefault, byOption } from "../../model/origin.ts";

export interface ConsoleWishes {
  /** 0: the console; N: /dev/ttyN; undefined: the first that is free. */
  readonly tty?: number;
  /** The control key after which q leaves. */
  readonly escape: number;
  readonly isQuiet: boolean;
}
export interface ConsoleInputs extends ConsoleWishes { readonly name: string; readonly lxcpath: string }

const SLOT = { connection: 0, number: 1, master: 2 } as const;
/** -1 in the protocol's 32 bits. */
const FIRST_FREE = 0xffffffff;

export function planConsole({ name, lxcpath, tty, escape, isQuiet }: ConsoleInputs): Plan {
  const address = commandSocket(lxcpath, name);
  const from = tty === undefined ? byDefault("first free tty") : byOption("--tty");
  const key = keyName(escape);
  const greeting = isQuiet ? {} : { greeting: ["\nConnected to tty ", { slot: SLOT.number }, `\nType <Ctrl+${key} q> to exit the console, <Ctrl+${key} Ctrl+${key}> to enter Ctrl+${key} itself\n`] };
  return {
    verb: "console", name, lxcpath,
    ops: [
      { op: "askMonitor", from, address, kind: GET_TTY_FD, value: tty ?? FIRST_FREE, connection: SLOT.connection, number: SLOT.number, fd: SLOT.master },
      { op: "relay", from, master: SLOT.master, pidfd: SLOT.connection, escape, flags: FLAGS.RELAY_STDIO, ...greeting, ...(tty === 0 ? { resize: address } : {}) },
    ],
  };
}
