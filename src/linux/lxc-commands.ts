// Owns the bytes of LXC's command protocol that a client needs: raw structs of a little-endian 64-bit machine, see lxc's commands.h.

export const GET_STATE = 3;
export const GET_INIT_PID = 4;
export const GET_CONFIG_ITEM = 7;
const ADD_STATE_CLIENT = 10;
/** Berth's own: the console's bytes from a position on, in replies without end. */
export const FOLLOW_CONSOLE = 1000;
/** `struct lxc_cmd_req`, `struct lxc_cmd_rsp`: two ints and a pointer. */
export const REPLY_SIZE = 16;
/** `struct lxc_msg`: int type, char name[NAME_MAX+1], int value. */
export const MESSAGE_SIZE = 264;
/** enum lxc_state_t: the words of lxc-wait(1) in this order. */
export const STATE_NUMBERS = ["STOPPED", "STARTING", "RUNNING", "STOPPING", "ABORTING", "FREEZING", "FROZEN", "THAWED"] as const;
const FROM_STATE = 0;

/** A request without data; `value` travels in the pointer field. */
export function commandRequest(command: number, value = 0n): Uint8Array {
  const bytes = new Uint8Array(REPLY_SIZE);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, command, true);
  view.setBigUint64(8, value, true);
  return bytes;
}

/** A request that carries text, closed by a NUL. */
export function textRequest(command: number, text: string): Uint8Array {
  const words = new TextEncoder().encode(`${text}\0`);
  const bytes = new Uint8Array(REPLY_SIZE + words.length);
  bytes.set(commandRequest(command));
  new DataView(bytes.buffer).setInt32(4, words.length, true);
  bytes.set(words, REPLY_SIZE);
  return bytes;
}

export interface CommandReply { readonly result: number; readonly value: bigint; readonly data: Uint8Array }

/** The replies that are whole, and what is left of the bytes. */
export function repliesOf(bytes: Uint8Array): { readonly replies: readonly CommandReply[]; readonly rest: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const replies: CommandReply[] = [];
  let at = 0;
  for (; at + REPLY_SIZE <= bytes.length;) {
    const end = at + REPLY_SIZE + Math.max(0, view.getInt32(at + 4, true));
    if (end > bytes.length) break;
    replies.push({ result: view.getInt32(at, true), value: view.getBigUint64(at + 8, true), data: bytes.subarray(at + REPLY_SIZE, end) });
    at = end;
  }
  return { replies, rest: bytes.subarray(at) };
}

/** Asks for being told of these states, one int for each; LXC's monitors tell once. */
export function stateClientRequest(wanted: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(REPLY_SIZE + 4 * STATE_NUMBERS.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, ADD_STATE_CLIENT, true);
  view.setInt32(4, 4 * STATE_NUMBERS.length, true);
  STATE_NUMBERS.forEach((state, index) => view.setInt32(REPLY_SIZE + 4 * index, wanted.includes(state) ? 1 : 0, true));
  return bytes;
}

/** A state that a monitor tells of; undefined: a message about something else. */
export function stateOfMessage(bytes: Uint8Array): (typeof STATE_NUMBERS)[number] | undefined {
  if (bytes.length < MESSAGE_SIZE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return view.getInt32(0, true) === FROM_STATE ? STATE_NUMBERS[view.getInt32(MESSAGE_SIZE - 4, true)] : undefined;
}
