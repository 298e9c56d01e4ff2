// npm run install:system [-- --prefix DIR] [--destdir DIR] [--init systemd|openrc|sysvinit|none] [--replace] [--dry-run] [--uninstall]
// Installs the commands beside Debian's lxc (/usr/local), or with --prefix /usr --replace instead of it: its files are kept
// under another name by dpkg-divert(1). --uninstall takes all of it out again.
import { existsSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { build } from "./build.ts";
import { contents, INITS, type Init } from "./install/contents.ts";
import { install, inTheWay, ofPackages, uninstall, type Installation, type Where } from "./install/place.ts";

const USAGE = "usage: npm run install:system -- [--prefix DIR] [--destdir DIR] [--init systemd|openrc|sysvinit|none] [--replace] [--dry-run] [--uninstall]";
const HELP = `${USAGE}

  --prefix DIR   where the commands go (default: /usr/local, beside Debian's lxc)
  --replace      with --prefix /usr: instead of Debian's lxc, whose files are kept aside
  --destdir DIR  into this tree, for a package or an image (also: DESTDIR)
  --init KIND    the boot scripts' kind (default: this host's)
  --dry-run      list the files, and change nothing
  --uninstall    take all of it out again; containers and configs stay

  npm run install:system
  npm run install:system -- --prefix /opt/berth --dry-run
  npm run install:system -- --uninstall`;
function stop(...lines: readonly string[]): never {
  for (const line of lines) console.error(`install: ${line}`);
  process.exit(1);
}

interface Wish { readonly prefix: string; readonly destdir: string; readonly init: Init; readonly isReplacing: boolean; readonly isDry: boolean; readonly isUninstall: boolean }

/** What this host, or the tree in destdir, boots with. */
function initOf(destdir: string): Init {
  if (existsSync(destdir === "" ? "/run/systemd/system" : `${destdir}/lib/systemd/systemd`)) return "systemd";
  if (existsSync(`${destdir}/sbin/openrc-run`)) return "openrc";
  return existsSync(`${destdir}/etc/rc2.d`) ? "sysvinit" : "none";
}

function wishOf(argv: readonly string[]): Wish {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  if (argv.some((word) => word === "--help" || word === "-h")) {
    console.log(HELP);
    process.exit(0);
  }
  for (let i = 0; i < argv.length; i++) {
    const [name = "", inline] = (argv[i] ?? "").split(/=(.*)/s);
    if (["--replace", "--dry-run", "--uninstall"].includes(name) && inline === undefined) { flags.add(name); continue; }
    const value = inline ?? argv[++i];
    if (!["--prefix", "--destdir", "--init"].includes(name) || value === undefined || value === "") stop(`'${argv[i] ?? name}' is not understood`, USAGE);
    values.set(name, value);
  }
  const absolute = (name: string, otherwise: string): string => {
    const path = (values.get(name) ?? otherwise).replace(/\/+$/, "");
    if (path !== "" && !path.startsWith("/")) stop(`${name}: '${path}' is not an absolute path`);
    return path;
  };
  const destdir = absolute("--destdir", process.env["DESTDIR"] ?? "");
  const given = values.get("--init");
  const init = given === undefined ? initOf(destdir) : INITS.find((one) => one === given) ?? stop(`--init: '${given}' is not one of ${INITS.join(", ")}`);
  return { prefix: absolute("--prefix", process.env["PREFIX"] ?? "/usr/local"), destdir, init, isReplacing: flags.has("--replace"), isDry: flags.has("--dry-run"), isUninstall: flags.has("--uninstall") };
}

const recordFile = ({ destdir, prefix }: Wish): string => `${destdir}${prefix}/share/berth/installed.json`;
function readRecord(wish: Wish): Installation | undefined {
  const file = recordFile(wish);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}
function keepRecord(wish: Wish, record: Installation): void {
  const file = recordFile(wish);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(record, undefined, 1)}\n`);
  renameSync(`${file}.new`, file);
}

function remove(wish: Wish): void {
  const record = readRecord(wish);
  if (record === undefined) stop(`there is no installation below ${wish.destdir}${wish.prefix}`, "name its --prefix and --destdir");
  if (wish.isDry) { for (const { path } of record.placed) console.log(`would remove ${wish.destdir}${path}`); return; }
  unlinkSync(recordFile(wish));
  const kept = uninstall({ destdir: wish.destdir, before: record }, record);
  for (const path of kept) console.log(`install: kept ${wish.destdir}${path}: it has been changed since`);
  console.log(`install: ${record.placed.length - kept.length} files are gone from ${wish.destdir}${wish.prefix}; containers and configs are as they were`);
}

async function add(wish: Wish): Promise<void> {
  const { prefix, destdir, init, isReplacing } = wish;
  await build((line) => console.log(`install: ${line}`));
  const items = contents(prefix, init);
  const where: Where = { destdir, before: readRecord(wish) };
  const blocked = inTheWay(where, items);
  const diverted = isReplacing && destdir === "" && blocked.length > 0 ? ofPackages(blocked) : [];
  const foreign = blocked.filter((path) => !diverted.includes(path));
  if (foreign.length > 0) {
    stop(`${foreign.length} files of others are in the way, such as ${foreign.slice(0, 5).join(", ")}`, "choose another --prefix (/usr/local goes beside Debian's lxc), or --replace what belongs to a package");
  }
  if (wish.isDry) { for (const { path } of items) console.log(`would install ${destdir}${path}${diverted.includes(path) ? ` (the package's becomes ${path}.distrib)` : ""}`); return; }
  if (destdir !== "") mkdirSync(destdir, { recursive: true });
  const record = install(where, items, { prefix, diverted }, (now) => keepRecord(wish, now));
  console.log(`install: ${record.placed.length} files below ${destdir}${prefix}${init === "none" ? "" : ` and for ${init}`}${diverted.length === 0 ? "" : `, ${diverted.length} of other packages moved to *.distrib`}`);
  if (init === "systemd" && destdir === "") console.log("install: systemctl daemon-reload, or the next boot, makes the units known");
}

const wish = wishOf(process.argv.slice(2));
try {
  if (wish.isUninstall) remove(wish);
  else await add(wish);
} catch (error) {
  stop(error instanceof Error ? error.message : String(error), `what is there by now is in ${recordFile(wish)}: the same command goes on, --uninstall takes it back`);
}
