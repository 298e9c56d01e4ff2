// Builds the site of the documentation into dist/site: static pages, no server of anybody else. npm run site.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSite } from "./site/build.ts";
import { ROOT } from "./step.ts";

const TO = join(ROOT, "dist/site");
const begin = performance.now();
const { files, copied, problems } = buildSite();
if (problems.length > 0) {
  for (const problem of problems) console.error(`site: ${problem}`);
  console.error(`site: ${problems.length} links lead nowhere; nothing was written`);
  process.exit(1);
}
rmSync(TO, { recursive: true, force: true });
for (const { path, text } of files) {
  mkdirSync(dirname(join(TO, path)), { recursive: true });
  writeFileSync(join(TO, path), text);
}
for (const path of copied) {
  mkdirSync(dirname(join(TO, path)), { recursive: true });
  cpSync(join(ROOT, "docs", path), join(TO, path));
}
console.log(`site: ${files.length} files in dist/site, in ${((performance.now() - begin) / 1000).toFixed(1)} s; begin with dist/site/index.html`);
