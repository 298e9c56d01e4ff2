// Owns the bytes of LXC's command protocol that a client needs: raw structs of a little-endian 64-bit machine, see lxc's commands.h.

export const ADD_STATE_CLIENT = 10;
/** `struct lxc_cmd_req`, `struct lxc_cmd_rsp`: two ints and a pointer. */
export const REPLY_SIZE = 16;
/** `struct lxc_msg`: int type, char name[NAME_MAX+1], int value. */
export const MESSAGE_SIZE = 264;
/** enum lxc_state_t: the words of lxc-wait(1) in this order. */
export const STATE_NUMBERS = ["STOPPED", "STARTING", "RUNNING", "STOPPING", "ABORTING", "FREEZING", "FROZEN", "THAWED"] as const;
const FROM_STATE = 0;

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
