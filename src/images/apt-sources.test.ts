import { expect, test } from "bun:test";
import { wantedSources, withComponents } from "./apt-sources.ts";

const texts = (file: string, text: string): readonly string[] => wantedSources(file, text, "bookworm").map((source) => source.text);

test("one-line sources of the release", () => {
  expect(texts("/etc/apt/sources.list", `
# deb http://old bookworm main
deb http://a/debian bookworm main contrib
deb [arch=amd64 signed-by=/k.gpg] http://a/debian-security bookworm-security main
deb http://a/debian bookworm-backports main
deb-src http://a/debian bookworm main
deb https://docker bookworm stable
deb http://a/debian trixie main
`)).toEqual(["deb http://a/debian bookworm main contrib", "deb [arch=amd64 signed-by=/k.gpg] http://a/debian-security bookworm-security main"]);
});
test("deb822 stanzas of the release", () => {
  const ours = "Types: deb deb-src\n# a comment\nURIs: http://a/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By:\n -----BEGIN\n .\n abc";
  expect(texts("/x/debian.sources", `${ours}\n\nTypes: deb\nURIs: http://b\nSuites: nodistro\nComponents: main\n\nEnabled: no\n${ours}\n`)).toEqual([ours]);
});
test("a release that this host has not", () => expect(wantedSources("/etc/apt/sources.list", "deb http://a/debian bookworm main", "trixie")).toEqual([]));
test("further components, those that are there once", () => {
  expect(withComponents({ format: "line", text: "deb [signed-by=/k] http://a/debian bookworm-security main contrib" }, ["contrib", "non-free"]).text).toBe("deb [signed-by=/k] http://a/debian bookworm-security main contrib non-free");
  expect(withComponents({ format: "deb822", text: "Types: deb\nComponents: main\n contrib\nURIs: http://a" }, ["contrib", "non-free"]).text).toBe("Types: deb\nComponents: main contrib non-free\nURIs: http://a");
});
