// bun test/fuzz/config/megabyte.ts: a megabyte of each kind of line. What is kept of it stays below a bound; a hang is ended by the caller.
import { readFileSync } from "node:fs";
import { load } from "../../../src/config/golden/load.ts";
import { getItem, getKeys, setItem, syntaxText, unsetItem, updateConfig } from "../../../src/config/index.ts";

const MEGABYTE = 1 << 20;
const MOST_KEPT_MB = 200;

function lines(line: (index: number) => string): string {
  const all: string[] = [];
  for (let size = 0, index = 0; size < MEGABYTE; index++) {
    const text = `${line(index)}\n`;
    all.push(text);
    size += text.length;
  }
  return all.join("");
}
const long = (start: string, word: string): string => start + word.repeat(MEGABYTE / word.length);

const CASES: Readonly<Record<string, string>> = {
  "one line": long("", "x"), "a key": long("lxc.", "x"), "a value": long("lxc.uts.name = ", "x"), "empty lines": long("", "\n"), "lines without a key": lines(() => "lxc.=x"), "broken lines": lines(() => "lxc."),
  interfaces: lines((i) => `lxc.net.${i}.type=veth`), "half interfaces": lines((i) => `lxc.net.${i}.link=a`), "one interface": lines(() => "lxc.net.0.type=veth"), "hardware addresses": lines((i) => `lxc.net.${i}.hwaddr=xx:xx:xx:xx:xx:xx`),
  "old interfaces": lines(() => "lxc.network.type=veth\nlxc.network.link=a"), addresses: `lxc.net.0.type=veth\n${lines(() => "lxc.net.0.ipv4.address=10.0.0.1")}`, "an address": long("lxc.net.0.type=veth\nlxc.net.0.ipv6.address=", ":"),
  sysctls: lines((i) => `lxc.sysctl.a${i}=1`), "sysctls and clears": lines((i) => `lxc.sysctl.a${i}=1\nlxc.sysctl.a${i}=`), limits: lines((i) => `lxc.prlimit.x${i}=1`), "cgroup files": lines((i) => `lxc.cgroup2.a${i}=1`), shares: lines((i) => `lxc.namespace.share.n${i}=1`),
  "id maps": lines((i) => `lxc.idmap=u ${i} ${i} 1`), "one id map": lines(() => "lxc.idmap=u 0 0 1"), "unknown keys": lines((i) => `lxc.tty.mix${i}=1`), hooks: lines(() => "lxc.hook.start=/a\nlxc.hook="), environment: lines((i) => `lxc.environment=A${i}=1`),
  capabilities: long("lxc.cap.drop = ", "mknod "), "kept capabilities": lines(() => "lxc.cap.keep=mknod"), groups: long("lxc.group = ", "a "), automounts: long("lxc.mount.auto = ", "proc "), mounts: lines((i) => `lxc.mount.entry=/a b${i} none bind 0 0`), "mount options": long("lxc.mount.entry = a b c ", "x,"),
  "a target": long("lxc.mount.entry = a ", "../"), arguments: long("lxc.init.cmd = ", "a "), quotes: long("lxc.init.cmd = ", "'"), ids: long("lxc.init.groups = ", "1,"), digits: long("lxc.tty.max = ", "9"), blanks: long("lxc.uts.name = ", " "), includes: lines((i) => `lxc.include=/none${i}`), "one include": lines(() => "lxc.include=/f"), "old keys": lines(() => "lxc.utsname=a\nlxc.kmsg=1\nlxc.limit.nofile=1"),
};

/** MiB that are held after all garbage is gone. */
function held(): number {
  Bun.gc(true);
  return process.memoryUsage().heapUsed / MEGABYTE;
}
const peak = (): string => /VmHWM:\s+(\d+ kB)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "?";

let failed = 0;
for (const [name, text] of Object.entries(CASES)) {
  console.log(name);
  const before = held();
  const loaded = load(text, { "/f": "lxc.group = g\n" });
  const keys = loaded.spec.ok ? getKeys(loaded.spec.value, loaded.syntax) : [];
  if (loaded.spec.ok) getItem(loaded.spec.value, loaded.syntax, keys.at(-1) ?? "");
  const changed = [setItem(text, "lxc.uts.name", "x"), unsetItem(text, "lxc.net"), updateConfig(loaded.syntax)];
  const kept = held() - before;
  const isWhole = syntaxText(loaded.syntax) === text && changed.length === 3;
  if (kept <= MOST_KEPT_MB && isWhole) continue;
  console.log(`FAIL ${name}: ${isWhole ? `${Math.round(kept)} MiB are kept` : "the text does not come back"}`);
  failed++;
}
console.log(`${Object.keys(CASES).length} kinds of a megabyte, ${failed} failed, at most ${peak()} at once`);
process.exit(failed === 0 ? 0 : 1);
