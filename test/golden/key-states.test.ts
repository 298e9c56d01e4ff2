// Nothing is parsed and then passed over in silence: a key whose place in the spec nobody reads has a state that says
// so, and a key that is not acted on yet warns at each start.
import { expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { examples } from "../../src/config/golden/examples.ts";
import { readConfig, resolve } from "../../src/config/index.ts";
import { rows } from "../../src/config/table.ts";
import { planStart } from "../../src/plan/lifecycle/start.ts";
import { factsOf, inputsOf } from "./fixtures.ts";

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
    if (state.kind === "not yet") expect([key, typeof state.issue]).toEqual([key, "number"]);
  }
});

function started(text: string) {
  const syntax = readConfig({ file: "config", text, read: () => ({ kind: "missing" }), cwd: "/" });
  if (!syntax.ok) throw new Error("readConfig never fails");
  const spec = resolve({ syntax: syntax.value, overrides: [], name: "web", lxcpath: "/var/lib/lxc", random: "00", isRoot: true, rootfsMountDefault: "/usr/lib/lxc/rootfs", read: () => ({ kind: "missing" }), isForStart: true });
  if (!spec.ok) return spec;
  const plan = planStart(spec.value, factsOf(), inputsOf({ command: ["/bin/true"] }));
  return plan.ok ? { ...plan, warnings: [...(spec.warnings ?? []), ...(plan.warnings ?? [])] } : plan;
}
const textOf = (key: string): string => {
  const { good = [], before = "", key: whole = key } = examples[key] ?? {};
  return `${before}${whole} = ${good.at(-1)?.[0] ?? ""}\n`;
};

test.each(rows.filter(({ state }) => state?.kind === "not yet").map(({ key }) => [key]))("%s: a start warns, and names the line", (key) => {
  const text = textOf(key);
  const result = started(text);
  const last = text.split("\n").length - 1;
  expect(result.ok && result.warnings?.filter(({ code, at }) => code === "unsupported" && at?.line === last).map(({ text: said }) => said)).toEqual([`${examples[key]?.key ?? key} is not acted on yet`]);
});

test("the value of an unset key is no wish; the last line of a key is the one that is named, once", () => {
  expect(started("lxc.ephemeral = 0\n")).toMatchObject({ ok: true, warnings: [] });
  const result = started("lxc.log.syslog = daemon\nlxc.log.syslog = local0\n");
  expect(result.ok && result.warnings?.map(({ at, cause }) => [at?.line, cause])).toEqual([[2, "Nothing is sent to syslog."]]);
});
