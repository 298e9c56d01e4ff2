// Owns the site as a whole: every page made, every link followed. A link that leads nowhere is an error.
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { ROOT } from "../step.ts";
import { bodyOf, findIndex, htmlPath, pageHtml, toward } from "./html.ts";
import { siteFiles, sitePages, type Page } from "./pages.ts";

export interface Built { readonly path: string; readonly text: string }
export interface Site { readonly files: readonly Built[]; readonly copied: readonly string[]; readonly problems: readonly string[] }

interface Made { readonly page: Page; readonly body: string; readonly ids: ReadonlySet<string> }
const made = (page: Page): Made => {
  const body = bodyOf(page);
  return { page, body, ids: new Set([...body.matchAll(/ id="([^"]*)"/g)].map(([, id = ""]) => id)) };
};
/** Of the repository, not of the site: named, not linked. */
const isOutside = (path: string): boolean => path.startsWith("..");

export function buildSite(pages: readonly Page[] = sitePages(), copied: readonly string[] = siteFiles()): Site {
  const all = pages.map(made);
  const byPath = new Map(all.map((one) => [one.page.path, one]));
  const problems: string[] = [];
  const reached = new Set<string>();
  const linked = all.map((one) => {
    const { page } = one;
    const here = htmlPath(page.path);
    const bad = (to: string, why: string): void => { problems.push(`${page.path}: ${to}: ${why}`); };
    const body = one.body.replaceAll(/<(a|img)\b([^>]*?)(href|src)="([^"]*)"([^>]*)>((?:(?!<\/a>)[\s\S])*<\/a>)?/g, (...found: string[]) => {
      const [whole = "", tag = "", before = "", attribute = "", to = "", after = "", rest = ""] = found;
      if (/^(?:https?|mailto):/.test(to)) return whole;
      const [path = "", anchor] = to.split("#");
      const target = path === "" ? page.path : normalize(join(dirname(page.path), path.endsWith("/") ? `${path}README.md` : path));
      if (isOutside(target)) {
        const file = normalize(join("docs", target));
        if (!existsSync(join(ROOT, file))) bad(to, "there is no such file");
        return tag === "a" ? `<code>${file}</code>` : whole;
      }
      if (copied.includes(target)) return whole;
      const goalPage = byPath.get(target);
      if (goalPage === undefined) {
        if (existsSync(join(ROOT, "docs", target)) && tag === "a") return `<code>docs/${target}</code>`;
        bad(to, "there is no such page");
        return whole;
      }
      if (path !== "") reached.add(target);
      if (anchor !== undefined && !goalPage.ids.has(anchor)) bad(to, "the page has no such heading");
      const goal = path === "" ? "" : toward(here, htmlPath(target));
      return `<${tag}${before}${attribute}="${goal}${anchor === undefined ? "" : `#${anchor}`}"${after}>${rest}`;
    });
    return { path: here, text: pageHtml(page, body) };
  });
  return { files: [...linked, { path: "find.json", text: findIndex(all) }], copied, problems: [...problems, ...pages.filter(({ path }) => path !== "index.md" && !reached.has(path)).map(({ path }) => `${path}: no page leads to it`)] };
}
