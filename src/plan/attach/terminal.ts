// Owns the terminal of an attached command: a pty of the container, which takes the place of every descriptor that is a terminal.
import type { Op, Slot } from "../../isa/op.ts";
import { sizeNumber, type TerminalSize } from "../../linux/terminal-size.ts";
import { byDefault } from "../../model/origin.ts";

const from = byDefault("terminal");

const sizeOf = (size: TerminalSize | undefined): { readonly size?: number } => (size === undefined ? {} : { size: sizeNumber(size) });

export interface PtySlots { readonly master: Slot; readonly peer: Slot }

/** In the command's process, in the container and with its ids, so that the pty is the container's own. */
export const openContainerPty = ({ master, peer }: PtySlots, size?: TerminalSize): readonly Op[] => [
  { op: "openPty", from, path: "/dev/ptmx", master, peer, ...sizeOf(size) },
  { op: "sendFd", from, slot: master },
  { op: "close", from, slot: master },
];

/** In the launcher, when the container has no devpts. */
export const openHostPty = ({ master, peer }: PtySlots, size?: TerminalSize): readonly Op[] => [
  { op: "openPty", from, path: "/dev/ptmx", master, peer, ...sizeOf(size), note: "the container has no /dev/ptmx" },
];

export const useTerminal = (peer: Slot, isTty: readonly [boolean, boolean, boolean]): readonly Op[] => [
  { op: "controllingTty", from, tty: peer },
  ...isTty.flatMap((is, fd): readonly Op[] => (is ? [{ op: "dup", from, slot: peer, fd }] : [])),
  { op: "close", from, slot: peer },
];
