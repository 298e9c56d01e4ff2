// Owns exporting and importing in tests: a container with every kind of file, the two commands, what the container sees.
import { expect } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, create, DIST } from "./place.ts";
import type { Place, Ran } from "./place.ts";

export const called = (place: Place, name: string): Place => ({ ...place, name });
export const home = (place: Place, ...path: readonly string[]): string => join(place.lxcpath, place.name, ...path);
export const sh = (line: string, cwd: string): string => {
  const { status, stdout, stderr } = spawnSync("sh", ["-ec", line], { cwd, encoding: "utf8" });
  expect([line, status, stderr]).toEqual([line, 0, stderr]);
  return stdout;
};
export const argvOf = (place: Place, verb: string, args: readonly string[]): readonly string[] => argvFor(place, [join(DIST, "bin/berth"), verb, "-P", place.lxcpath, ...args]);

export function exported(place: Place, file: string, ...args: readonly string[]): Ran {
  const [program = "", ...rest] = argvOf(place, "export", [place.name, ...args]);
  const fd = openSync(file, "w", 0o644);
  const { status, stderr } = spawnSync(program, rest, { stdio: ["ignore", fd, "pipe"], encoding: "utf8" });
  closeSync(fd);
  return { status: status ?? 128, stdout: "", stderr };
}
export function imported(place: Place, file: string, ...args: readonly string[]): Ran {
  const [program = "", ...rest] = argvOf(place, "import", args);
  const fd = openSync(file, "r");
  const { status, stdout, stderr } = spawnSync(program, rest, { stdio: [fd, "pipe", "pipe"], encoding: "utf8" });
  closeSync(fd);
  return { status: status ?? 128, stdout, stderr };
}
export const GOOD = { status: 0, stdout: "", stderr: "" };

/** Everything that a file can be and a container's root can give it, and a hook beside the config. */
export function makeRich(place: Place): void {
  create(place);
  writeFileSync(home(place, "hook.sh"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  appendFileSync(home(place, "config"), `# kept\nlxc.hook.start-host = ${home(place, "hook.sh")}\n`);
  const uid = place.rootId;
  sh(`mkdir -p srv; echo one > srv/a; ln srv/a srv/hard; ln -s ../../../etc srv/link; mkfifo srv/fifo; truncate -s 4M srv/holes; echo end >> srv/holes
    chown -h ${uid + 1000}:${uid + 1001} srv/a srv/link; chmod 4751 srv/a; setfattr -n user.word -v value srv/a; setfacl -m u:${uid + 7}:rx srv/holes; mkdir -m 1777 srv/d; touch 'srv/d/ name
with all * sorts\\of'
    cp bin/busybox srv/ping; touch -h -d '2001-02-03 04:05:06' srv/link srv/a srv/d`, home(place, "rootfs"));
  for (const path of ["srv", "srv/d", "srv/fifo", "srv/holes", "srv/ping", "'srv/d/ name\nwith all * sorts\\of'"]) sh(`chown ${uid}:${uid} ${path}`, home(place, "rootfs"));
  sh(`setcap ${uid === 0 ? "" : `-n ${uid} `}cap_net_raw+ep srv/ping; touch -d '2001-02-03 04:05:06' srv srv/d`, home(place, "rootfs"));
}
/** What the container sees of its own files: stat(2), links, holes, attributes, ACLs, capabilities. */
export const look = (place: Place, user: Place = place): string => {
  const map = user.rootId;
  return sh(`find srv -printf '%p %M %n %s %T@ %l\n' | sort; find srv ! -name ' name*' -printf '%p %U %G\n' | awk '{ print $0, $(NF-1) - ${map}, $NF - ${map} }' | sed -E 's/ [0-9]+ [0-9]+ ([-0-9]+ [-0-9]+)$/ \\1/' | sort
    getfattr -n user.word --only-values srv/a; echo; getfacl -cn srv/holes | awk -F: '$1 == "user" && $2 != "" { print $2 - ${map}, $3 }'; getcap -n srv/ping | sed -E 's/ \\[rootid=[0-9]+\\]//'; stat -c %b srv/holes | awk '{print $1 < 64}'; stat -c %i srv/a srv/hard | uniq | wc -l; stat -c %a .`, home(place, "rootfs"));
};
