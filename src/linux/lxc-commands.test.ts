import { expect, test } from "bun:test";
import { MESSAGE_SIZE, stateClientRequest, stateOfMessage } from "./lxc-commands.ts";

test("the request is LXC's struct and an int for each state", () => {
  const bytes = stateClientRequest(["STOPPING", "FROZEN"]);
  expect([...new Int32Array(bytes.buffer)]).toEqual([10, 32, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0]);
});

test("a message tells a state; one about something else, or cut short, does not", () => {
  const message = (type: number, value: number): Uint8Array => {
    const ints = new Int32Array(MESSAGE_SIZE / 4);
    ints[0] = type;
    ints[MESSAGE_SIZE / 4 - 1] = value;
    return new Uint8Array(ints.buffer);
  };
  expect(stateOfMessage(message(0, 6))).toBe("FROZEN");
  expect(stateOfMessage(message(2, 6))).toBeUndefined();
  expect(stateOfMessage(message(0, 99))).toBeUndefined();
  expect(stateOfMessage(message(0, 6).subarray(0, 100))).toBeUndefined();
});
