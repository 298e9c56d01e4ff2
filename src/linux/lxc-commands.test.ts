import { expect, test } from "bun:test";
import { commandRequest, FOLLOW_CONSOLE, MESSAGE_SIZE, repliesOf, stateClientRequest, stateOfMessage } from "./lxc-commands.ts";

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

test("replies, whole ones only; a hostile length waits for bytes that never come", () => {
  const reply = (result: number, data: string, value: bigint): Buffer => {
    const head = Buffer.from(commandRequest(result, value));
    head.writeInt32LE(data.length, 4);
    return Buffer.concat([head, Buffer.from(data)]);
  };
  const { replies, rest } = repliesOf(Buffer.concat([reply(0, "hello", 7n), reply(-5, "", 2n), reply(0, "cut", 1n).subarray(0, 17)]));
  expect(replies.map(({ result, value, data }) => [result, value, Buffer.from(data).toString()])).toEqual([[0, 7n, "hello"], [-5, 2n, ""]]);
  expect(rest.length).toBe(17);
  expect(repliesOf(Buffer.from("0000000000ffff7f0000000000000000", "hex")).replies).toEqual([]);
  expect([...new Int32Array(commandRequest(FOLLOW_CONSOLE, 5n).buffer)]).toEqual([1000, 0, 5, 0]);
});
