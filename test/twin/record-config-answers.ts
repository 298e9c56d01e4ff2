// Owns asking the installed LXC again for every answer in src/config/golden/lxc-5.0.2.json:
//   bun test/twin/record-config-answers.ts          says what this LXC answers differently
//   bun test/twin/record-config-answers.ts --write  writes its answers there
// Nothing is started: `lxc-info -c KEY` reads a container's config, here one in a temporary directory.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Answers = readonly (readonly [config: string, answers: Readonly<Record<string, string>>])[];

const file = join(import.meta.dir, "../../src/config/golden/lxc-5.0.2.json");
const lxcpath = mkdtempSync("/tmp/twin-config.");
mkdirSync(join(lxcpath, "c"));

/** `!load`: the config is refused; `!key`: there is no such key. */
function ask(config: string, key: string): string {
  writeFileSync(join(lxcpath, "c/config"), config);
  const { stdout, stderr } = Bun.spawnSync(["lxc-info", "-P", lxcpath, "-n", "c", "-c", key], { timeout: 10_000 });
  const text = stdout.toString();
  if (stderr.toString().includes("Failed to load config")) return "!load";
  if (text === "") return "!key";
  return text === `${key} =\n` ? "" : text.slice(key.length + 3, -1);
}

const known: Answers = JSON.parse(readFileSync(file, "utf8"));
const fresh: Answers = known.map(([config, answers]) => [config, Object.fromEntries(Object.keys(answers).map((key) => [key, ask(config, key)]))]);
rmSync(lxcpath, { recursive: true });

const changed = known.flatMap(([config, answers], index) => Object.entries(answers).filter(([key, answer]) => fresh[index]?.[1][key] !== answer).map(([key, answer]) => JSON.stringify({ config, key, recorded: answer, now: fresh[index]?.[1][key] })));
if (process.argv.includes("--write")) writeFileSync(file, `[\n${fresh.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`);
console.log(changed.length === 0 ? "all answers are the same" : changed.join("\n"));
