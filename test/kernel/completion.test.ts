// bash, zsh and fish offer keys, their values, options and containers: each shell is asked what it would show for a line.
import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ALIASES } from "../../src/cli/berth/alias.ts";
import { OWN_VERBS } from "../../src/cli/berth/own-verbs.ts";
import { doors } from "../../src/cli/doors.ts";
import { rows } from "../../src/config/table.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const SHARE = `${ROOT}/dist/share`;
const room = mkdtempSync(join(tmpdir(), "berth-completion-"));
afterAll(() => rmSync(room, { recursive: true }));
// stands for Berth's own: the containers, and one more that tells the lxcpath
writeFileSync(`${room}/lxc-ls`, '#!/bin/sh\nprintf "apple\\nbanana\\n"\n[ "$2" = -P ] && echo "in-$3"\nexit 0\n');
chmodSync(`${room}/lxc-ls`, 0o755);
const PATH = `${room}:${ROOT}/dist/bin:/usr/bin:/bin`;

function run(argv: readonly string[]): readonly string[] {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { env: { PATH, HOME: room, TERM: "dumb", LC_ALL: "C.UTF-8" }, cwd: room });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: status ${exitCode} ${stderr.toString()}`);
  return stdout.toString().split("\n").filter((line) => line !== "");
}
type Shell = (line: string) => readonly string[];
const here = (name: string): string => join(ROOT, "test/kernel/completion", name);
const bash: Shell = (line) => run(["bash", "--norc", here("capture.bash"), `${SHARE}/bash-completion/completions`, line]);
const zsh: Shell = (line) => run(["zsh", "-f", here("capture.zsh"), `${SHARE}/zsh/site-functions`, PATH, line]);
/** With its descriptions behind a tab. */
const fish: Shell = (line) => run(["fish", "--no-config", "-c", 'set fish_complete_path $argv[1]; complete -C $argv[2]', `${SHARE}/fish/vendor_completions.d`, line]).map((word) => word.split("\t")[0] ?? "");

const SHELLS: readonly (readonly [string, Shell])[] = [["bash", bash], ["zsh", zsh], ["fish", fish]];
/** What stands before the word that a shell replaces is not repeated by all of them. */
const last = (words: readonly string[]): readonly string[] => words.map((word) => word.replace(/^.*=(?=.)/, "")).toSorted();

test.each(SHELLS)("%s: keys where a key is asked for", (_, shell) => {
  expect(shell("lxc-info -c lxc.uts")).toEqual(["lxc.uts.name"]);
  expect([...shell("berth config get web lxc.tty.")].toSorted()).toEqual(["lxc.tty.dir", "lxc.tty.max"]);
  expect(shell("berth config unset -n web lxc.net.12.veth.vlan.t")).toEqual(["lxc.net.12.veth.vlan.tagged.id"]);
  expect(shell("lxc-config lxc.bdev.z")).toEqual(["lxc.bdev.zfs.root"]);
  expect(shell("lxc-start -n web -s lxc.net.0.ty")).toEqual(["lxc.net.0.type="]);
});

test.each(SHELLS)("%s: a key's values", (_, shell) => {
  expect(last(shell("berth config set web lxc.net.3.type "))).toEqual(["empty", "ipvlan", "macvlan", "none", "phys", "user", "veth", "vlan"]);
  expect(last(shell("lxc-execute -s lxc.net.0.type=v"))).toEqual(["veth", "vlan"]);
  expect(last(shell("lxc-start --define=lxc.apparmor.profile=un"))).toEqual(["unchanged", "unconfined"]);
});

test.each(SHELLS)("%s: containers, options and verbs", (_, shell) => {
  expect([...shell("lxc-info ")].toSorted()).toEqual(["apple", "banana"]);
  expect(shell("berth start ba")).toEqual(["banana"]);
  expect(shell("lxc-stop -P /srv in")).toEqual(["in-/srv"]);
  expect(shell("lxc-start --pidf").map((word) => word.replace(/=$/, ""))).toEqual(["--pidfile"]);
  expect([...shell("berth config ")]).toContain("unset");
  expect(shell("berth expl")).toEqual(["explain"]);
  expect(shell("lxc unfr")).toEqual(["unfreeze"]);
  expect(shell("lxc start ba")).toEqual(["banana"]);
  expect(shell("lxc stop -P /srv in")).toEqual(["in-/srv"]);
  expect(shell("lxc-clone -o ba")).toEqual(["banana"]);
});

/** What they take first is no container. */
const NAMELESS = ["config", "create", "ls", "top", "net", "image", "apply", "setup", "doctor", "cp", "push", "pull", "import"];
const VERBS = [...ALIASES, ...OWN_VERBS].map(({ verb }) => verb).filter((verb) => !NAMELESS.includes(verb));
test.each(SHELLS)("%s: each verb of berth knows the containers; where files go in and out, with a colon", (_, shell) => {
  for (const verb of VERBS) expect([verb, shell(`berth ${verb} ba`)]).toEqual([verb, ["banana"]]);
  for (const line of ["berth cp ba", "berth cp /etc/hosts ba", "berth pull ba", "berth push /etc/hosts ba", "berth push /etc/hosts /etc/passwd ba"]) expect([line, shell(line)]).toEqual([line, ["banana:"]]);
  expect(shell(`berth cp ${room}/lxc-`)).toEqual([shell === zsh ? "lxc-ls" : `${room}/lxc-ls`]);
}, 60_000);

test.each([["bash", bash], ["fish", fish]] as const)("%s knows every key and every command", (_, shell) => {
  const offered = new Set(["lxc.", "berth."].flatMap((begin) => shell(`lxc-info -c ${begin}`)));
  expect(rows.filter(({ key, isFamily, members }) => !isFamily && members === undefined && !offered.has(key.replace(".N", ".0"))).map(({ key }) => key)).toEqual([]);
  for (const command of Object.keys(doors)) if (command !== "berth" && command !== "lxc-config") expect([command, shell(`${command} --hel`)]).toEqual([command, ["--help"]]);
});
