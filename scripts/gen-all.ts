// Writes every generated file that is kept in the repository; with --check says which are stale. `npm run gen`.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { tablesFile, x86Tables } from "./gen-syscalls.ts";
import { API_PAGE, apiText } from "./gen-api.ts";
import { generatedFiles, looseFiles, ROOT, staleFiles } from "./generated.ts";

const isChecking = process.argv.includes("--check");
// Headers of another release have more or fewer calls: that is no staleness, and test/house/syscalls.test.ts looks at it.
const hasHeaders = !isChecking && existsSync("/usr/include/x86_64-linux-gnu/asm/unistd_64.h");
const files = [...await generatedFiles(), ...(isChecking ? [] : await looseFiles()), ...(hasHeaders ? [{ path: "src/linux/seccomp/x86.gen.ts", text: tablesFile(x86Tables()) }] : [])];
// needs a compiled library: what does not compile has no surface, and the other files are written all the same
const api = isChecking ? [] : await apiText().then((text) => [{ path: API_PAGE, text }], (error: unknown) => { console.log(`not written: ${API_PAGE}: ${error instanceof Error ? error.message : String(error)}`); return []; });
const stale = new Set(staleFiles([...files, ...api]));
for (const { path, text } of [...files, ...api].filter((file) => stale.has(file.path))) {
  console.log(isChecking ? `stale: ${path}` : `written: ${path}`);
  if (isChecking) continue;
  mkdirSync(dirname(`${ROOT}/${path}`), { recursive: true });
  writeFileSync(`${ROOT}/${path}`, text);
}
process.exit(isChecking && stale.size > 0 ? 1 : 0);
