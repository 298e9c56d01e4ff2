// Makes a fresh clone ready for a task, then runs its script under the pinned bun:
//   node scripts/prepare.mjs TASK [SCRIPT [ARG…]]
// Installs node_modules (npm ci) and, as root, the Debian packages the task needs. Never calls sudo.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, openSync, closeSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ROOT, findBun } from "./bun.mjs";
import { packagesFor } from "./packages.mjs";

const say = (text) => console.error(`prepare: ${text}`);
function stop(...lines) {
  for (const line of lines) say(line);
  process.exit(1);
}

/** Runs a long command quietly into a log; a line now and then shows that it lives. */
function longStep(title, argv, log, env = process.env) {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const out = openSync(log, "w");
  const begin = Date.now();
  const seconds = () => Math.round((Date.now() - begin) / 1000);
  say(`${title} …`);
  return new Promise((resolve) => {
    const child = spawn(argv[0], argv.slice(1), { cwd: ROOT, env, stdio: ["ignore", out, out] });
    const tick = setInterval(() => say(`${title}: ${seconds()} s`), 10_000);
    const end = (isDone) => {
      clearInterval(tick);
      closeSync(out);
      if (isDone) say(`${title}: done in ${seconds()} s`);
      resolve(isDone);
    };
    child.on("error", () => end(false));
    child.on("exit", (code) => end(code === 0));
  });
}
const tail = (path, lines = 15) => readFileSync(path, "utf8").trimEnd().split("\n").slice(-lines);

/** node_modules is what package-lock.json says. npm leaves a copy of what it installed. */
function isInstalled() {
  const installed = join(ROOT, "node_modules/.package-lock.json");
  if (!existsSync(installed) || findBun() === undefined) return false;
  const have = JSON.parse(readFileSync(installed, "utf8")).packages;
  const want = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
  return Object.entries(want).every(([path, row]) => path === "" || (have[path] === undefined ? row.optional === true : have[path].integrity === row.integrity));
}

function isWritable(path) {
  try { accessSync(path, constants.W_OK); return true; } catch { return false; }
}

async function installModules() {
  if (isInstalled()) return;
  if (!isWritable(ROOT)) stop(`node_modules is missing or stale, and ${ROOT} is not writable for you`, "run `npm ci` there as its owner, or work in a clone of your own");
  const log = join(ROOT, ".cache/npm.log");
  const env = { ...process.env, npm_config_update_notifier: "false" };
  if (!isWritable(process.env.HOME || homedir())) env.npm_config_cache = join(ROOT, ".cache/npm");
  const isDone = await longStep("installing the tool chain (npm ci)", ["npm", "ci", "--no-fund", "--no-audit", "--loglevel=error"], log, env);
  if (!isDone) stop(...tail(log), `npm ci failed; the whole output is in ${log}`);
  if (findBun() === undefined) stop("npm ci left no bun binary in node_modules", "was it run with --ignore-scripts? then: npm rebuild bun");
}

const dpkgQuery = (names) => spawnSync("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\n", ...names], { encoding: "utf8" });

/** The sanitizers' package carries clang's version in its name. */
function runtimePackage() {
  const depends = spawnSync("apt-cache", ["depends", "clang"], { encoding: "utf8" }).stdout ?? "";
  const version = /clang-(\d+)/.exec(depends)?.[1];
  return version === undefined ? "libclang-rt-14-dev" : `libclang-rt-${version}-dev`;
}

function missingPackages(wanted) {
  const names = Object.keys(wanted);
  if (names.includes("libclang-rt-dev")) {
    wanted[runtimePackage()] = wanted["libclang-rt-dev"];
    delete wanted["libclang-rt-dev"];
  }
  const query = dpkgQuery(Object.keys(wanted));
  if (query.error !== undefined) {
    say(`this is not Debian (no dpkg-query); needed are: ${Object.keys(wanted).join(" ")}`);
    return [];
  }
  const have = new Set(query.stdout.split("\n").filter((line) => line.endsWith(" installed")).map((line) => line.split(" ")[0]));
  return Object.keys(wanted).filter((name) => !have.has(name));
}

async function installPackages(task) {
  const wanted = packagesFor(task);
  let missing = missingPackages(wanted);
  if (missing.length === 0) return;
  if (process.getuid() !== 0) {
    const reasons = missing.map((name) => `  ${name.padEnd(20)} ${wanted[name]}`);
    stop("these Debian packages are missing:", ...reasons, "ask the administrator of this machine to run, as root:", `  apt-get update && apt-get install -y --no-install-recommends ${missing.join(" ")}`);
  }
  // no service of a package is started: that is what invoke-rc.d does in this run level
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const log = join(ROOT, ".cache/apt.log");
  const install = () => longStep(`installing ${missing.join(" ")} (apt-get)`, ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0", ...missing], log, env);
  const areListsThere = missing.every((name) => spawnSync("apt-cache", ["show", name]).status === 0);
  if (areListsThere && await install()) return;
  await longStep("reading the package lists (apt-get update)", ["apt-get", "update", "-qq"], log, env);
  missing = missingPackages(packagesFor(task)); // the lists may name another version of clang
  if (!await install()) stop(...tail(log), `apt-get install failed; the whole output is in ${log}`);
}

/** Under bun, with this terminal; ends as the script ends. */
function runScript(script, args) {
  const child = spawn(findBun(), [join(ROOT, script), ...args], { cwd: ROOT, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : 15)));
}

const [task = "build", script, ...args] = process.argv.slice(2);
const [major] = process.versions.node.split(".");
if (Number(major) < 20) stop(`Node ${process.versions.node} is too old: 20 or newer is needed`);
await installModules();
await installPackages(task === "demo" && args.includes("--quick") ? "quick" : task);
if (script !== undefined) runScript(script, args);
