// Nothing is parsed and then passed over in silence: a key whose place in the spec nobody reads has a state that says so.
import { expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { rows } from "../../src/config/table.ts";

const SRC = join(import.meta.dir, "../../src");
const READERS = ["plan", "runtime", "host", "cli", "images"].flatMap((folder) => readdirSync(join(SRC, folder), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts")).map((name) => readFileSync(join(SRC, folder, name), "utf8"))).join("\n");

/** `security.capDrop` is read by its last name, `hooks.stop` by the hook's, `nics[].other` by the sub-key. */
function isRead(key: string, spec: string): boolean {
  if (spec === "") return true;
  const places = spec.split(", ").map((place) => place.replace("[]", ""));
  return places.some((place) => {
    if (place === "nics.other") return READERS.includes(`"${key.slice("lxc.net.N.".length)}"`);
    if (place.startsWith("hooks.")) return READERS.includes(`name: "${place.slice(6)}"`) || READERS.includes(`hook(container, "${place.slice(6)}")`) || READERS.includes(`.hooks.${place.slice(6)}`);
    return new RegExp(`\\b${place.split(".").at(-1) ?? ""}\\b`).test(READERS);
  });
}

test("what nobody reads has a state", () => {
  expect(rows.filter((row) => row.state === undefined && !isRead(row.key, row.spec)).map((row) => row.key)).toEqual([]);
});

test("the look for readers finds what is read, and nothing else", () => {
  expect([isRead("lxc.tty.max", "ttyMax"), isRead("lxc.hook.stop", "hooks.stop"), isRead("lxc.hook.none", "hooks.none"), isRead("lxc.x", "security.nobodyReadsThis"), isRead("lxc.net.N.nothing.here", "nics[].other")]).toEqual([true, true, false, false, false]);
});

test("a state is one sentence, and names an open issue unless nothing is open", () => {
  for (const { key, state } of rows) {
    if (state === undefined) continue;
    expect([key, /^[A-Za-z].*[^.]\.$/.test(state.why), state.issue === undefined || [4, 5, 6, 7, 8].includes(state.issue)]).toEqual([key, true, true]);
    expect([key, state.kind]).not.toEqual([key, "not yet"]);
  }
});
