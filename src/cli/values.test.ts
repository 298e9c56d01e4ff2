import { expect, test } from "bun:test";
import { definesOf, idOf, optional, secondsOf, wordsOf } from "./values.ts";

test("ids are digits, 32 bits", () => {
  expect(idOf("uid", "1000")).toEqual({ ok: true, value: 1000 });
  expect(idOf("uid", undefined)).toEqual({ ok: true, value: undefined });
  for (const text of ["", "-1", "0x10", "4294967296", "me", "1 "]) expect(idOf("uid", text).ok).toBe(false);
  expect(idOf("uid", "4294967295").ok).toBe(true);
});

test("seconds may be negative: for ever", () => {
  expect(secondsOf("timeout", "-1", 60)).toEqual({ ok: true, value: -1 });
  expect(secondsOf("timeout", undefined, 60)).toEqual({ ok: true, value: 60 });
  expect(secondsOf("timeout", "5s", 60)).toMatchObject({ ok: false, problems: [{ code: "option.value", text: "--timeout: '5s' is not a number of seconds" }] });
});

test("definitions need a key and an equals sign; the value may be empty", () => {
  expect(definesOf(["lxc.uts.name=a", "lxc.net.0.type = empty", "lxc.cap.drop="]).ok).toBe(true);
  for (const text of ["foo", "=x", "", " = x"]) expect(definesOf([text]).ok).toBe(false);
});

test("lists of words, in any case", () => {
  const known = { CAP: "CAP", LSM: "LSM" } as const;
  expect(wordsOf("e", "cap|LSM", known)).toEqual({ ok: true, value: ["CAP", "LSM"] });
  expect(wordsOf("e", "CAP|", known)).toMatchObject({ ok: false });
  expect(wordsOf("e", "=CAP", known)).toMatchObject({ ok: false });
});

test("an absent option leaves no field", () => {
  expect({ ...optional("uid", undefined), ...optional("gid", 0) }).toEqual({ gid: 0 });
});
