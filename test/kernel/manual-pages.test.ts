// The manual pages are whole: man(1) and mandoc(1) find nothing wrong, and what they print has what a reader looks for.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
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
