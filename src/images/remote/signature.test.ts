import { expect, test } from "bun:test";
import { dearmour } from "./signature.ts";

const armoured = (head: string): string => `-----BEGIN PGP PUBLIC KEY BLOCK-----\n${head}\naGVs\nbG8=\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n`;
test("an armoured key, with and without headers", () => {
  for (const head of ["", "Version: x\nComment: y\n"]) expect(new TextDecoder().decode(dearmour(armoured(head)))).toBe("hello");
  expect(dearmour("binary")).toBeUndefined();
});
