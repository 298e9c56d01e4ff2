// What debootstrap is told of apt's sources.
import { expect, test } from "bun:test";
import { mirrorOf } from "./debootstrap.ts";

test("the suite itself, of lines and stanzas, with its keys", () => {
  expect(mirrorOf([
    { format: "line", text: "deb http://a.example/debian bookworm-updates main" },
    { format: "line", text: "deb [arch=amd64 signed-by=/k.gpg] http://b.example/debian bookworm main contrib" },
  ], "bookworm")).toEqual({ url: "http://b.example/debian", components: ["main", "contrib"], keyring: "/k.gpg" });
  expect(mirrorOf([{ format: "deb822", text: "Types: deb\nURIs: http://c.example/debian\nSuites: bookworm-updates\n  bookworm\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n abc" }], "bookworm")).toEqual({ url: "http://c.example/debian", components: ["main"] });
  expect(mirrorOf([{ format: "line", text: "deb http://a.example/debian bookworm-security main" }], "bookworm")).toBeUndefined();
});
