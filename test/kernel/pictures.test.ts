// The pictures of a terminal show what really is said: each session is run again. UPDATE_PICTURES=1 writes what it has seen.
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { terminalFiles } from "../../scripts/site/terminal-picture.ts";
import { session } from "./doc-session.ts";
import { leaksAtLast, snapshot } from "./leaks.ts";
import { DIST, ROOT } from "./place.ts";

const PATIENCE_MS = 120_000;
const FOLDER = join(ROOT, "docs/pictures");
const CONFIG = "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.net.0.type = empty\n";
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
/** A container that is there already, but for the picture in which it is made. */
const before = (name: string): string => (name === "first-container.term" ? "" : "lxc-create -n web -t busybox -f web.conf >/dev/null\n");
const commandsOf = (text: string): readonly string[] => text.split("\n").flatMap((line) => (line.startsWith("$ ") ? [line.slice(2)] : []));

/** What another run, or another machine, has otherwise. */
const plain = (text: string): string => text.replaceAll(/\b\d+ of \d+\b|#\d+|^ *\d+ {2}/gm, "N").replaceAll(/[ \t]+/g, " ").trim();

function seen(name: string, commands: readonly string[]): string {
  const lines = commands.map((command) => `printf '%s\\n' ${quoted(`$ ${command}`)}\n${command} || true`);
  const script = `export PATH=${DIST}/bin:$PATH TERM=dumb\nprintf '%s' ${quoted(CONFIG)} > web.conf\n${before(name)}${lines.join("\n")}\nlxc-destroy -f -n web >/dev/null`;
  const { status, output } = session([{ isFailing: false, script }], { folder: "$room", before: 'room=$(mktemp -d /tmp/berth-picture-XXXXXX) && trap "rm -r $room" EXIT' });
  expect({ name, status }).toEqual({ name, status: 0 });
  return `${output.slice(output.indexOf("\n$ ") + 1).trimEnd()}\n`;
}

test.each(terminalFiles())("%s", async (name) => {
  const path = join(FOLDER, name);
  const watch = { mark: "/var/lib/lxc/", folders: [] };
  const leaks = snapshot(watch);
  const text = readFileSync(path, "utf8");
  const now = seen(name, commandsOf(text));
  if (process.env["UPDATE_PICTURES"] === "1") writeFileSync(path, now);
  else expect(plain(now)).toBe(plain(text));
  expect(commandsOf(now).length).toBeGreaterThan(0);
  expect(await leaksAtLast(leaks, watch)).toEqual([]);
}, PATIENCE_MS);
