// The manual pages are whole: man(1) and mandoc(1) find nothing wrong, and what they print has what a reader looks for.
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { ALIASES } from "../../src/cli/berth/alias.ts";
import { VERBS } from "../../src/cli/berth/config.ts";
import { OWN_VERBS } from "../../src/cli/berth/own-verbs.ts";
import { doors } from "../../src/cli/doors.ts";
import { commonOf } from "../../src/cli/options.ts";
import { rows } from "../../src/config/table.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const page = (name: string): string => `${ROOT}/dist/share/man/man5/${name}.5`;

function run(...argv: readonly string[]): { readonly status: number; readonly out: string; readonly err: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { env: { PATH: process.env["PATH"] ?? "", MANWIDTH: "100", LC_ALL: "C.UTF-8", MANROFFOPT: "-c" } });
  return { status: exitCode, out: stdout.toString(), err: stderr.toString() };
}

test.each([["lxc.container.conf"], ["lxc.conf"], ["lxc-usernet"]])("%s(5) has no faults", (name) => {
  expect(run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page(name))).toMatchObject({ status: 0, err: "" });
  const said = run("mandoc", "-T", "lint", "-W", "warning", page(name));
  expect([said.status, said.out]).toEqual([0, ""]);
});

const MAN1 = `${ROOT}/dist/share/man/man1`;
test("the pages of commands have no faults", () => {
  const pages = readdirSync(MAN1).map((name) => `${MAN1}/${name}`);
  const said = run("mandoc", "-T", "lint", "-W", "warning", ...pages);
  expect([said.status, said.out]).toEqual([0, ""]);
  for (const one of pages) expect([one, run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", one).err]).toEqual([one, ""]);
}, 60_000);

test("every command and every verb has a page, with each of its options", async () => {
  const berths = [...ALIASES, ...OWN_VERBS].map(({ verb }) => `berth-${verb}`).filter((name) => name !== "berth-config");
  const expected = [...Object.keys(doors), "lxc-user-nic", ...berths, ...VERBS.map(({ verb }) => `berth-config-${verb}`)].map((name) => `${name}.1`);
  expect(readdirSync(MAN1).toSorted()).toEqual(expected.toSorted());
  for (const [name, load] of Object.entries(doors)) {
    const { tool } = await load();
    if (tool === undefined) continue;
    const text = run("man", "-l", `${MAN1}/${name}.1`).out.replaceAll(/.\x08/g, "").replaceAll(/ +/g, " ");
    expect([name, text.includes(`${name} - `), [...tool.rows, ...commonOf(tool)].filter(({ long, help }) => help !== "" && !text.includes(`--${long}`))]).toEqual([name, true, []]);
  }
}, 60_000);

test("a fault would be seen", () => {
  const broken = `${process.env["TMPDIR"] ?? "/tmp"}/berth-broken-${process.pid}.5`;
  Bun.spawnSync(["sh", "-c", `{ cat '${page("lxc.conf")}'; echo .RE; echo '.nosuch'; } > '${broken}'`]);
  const { status } = run("mandoc", "-T", "lint", "-W", "warning", broken);
  Bun.spawnSync(["rm", "-f", broken]);
  expect(status).not.toBe(0);
});

test("the printed page has every key, and reads as text", () => {
  const { out } = run("man", "-l", page("lxc.container.conf"));
  const text = out.replaceAll(/.\x08/g, "").replaceAll(/ +/g, " "); // lines are filled up with blanks
  expect(rows.map(({ key }) => key).filter((key) => !text.includes(`${key} =`))).toEqual([]);
  expect(text).toContain("lxc.container.conf - the config of a container");
  for (const markup of ["\\f", "`", "**", "](", "|---"]) expect([markup, text.includes(markup)]).toEqual([markup, false]);
  expect(readFileSync(page("lxc.container.conf"), "utf8")).toContain(".TH LXC.CONTAINER.CONF 5");
});
