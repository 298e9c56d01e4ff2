// Owns the pages of the site: those of docs/, problem codes with their messages, and how they are ordered.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isCode, problemPage } from "../gen-problems.ts";
import { allMessages, messagesOf } from "../problems/messages.ts";
import { ROOT } from "../step.ts";

/** `path` is relative to docs/: `guide/library.md`. */
export interface Page { readonly path: string; readonly text: string }
export interface Section { readonly title: string; readonly pages: readonly (readonly [title: string, path: string])[] }

/** The order of the column at the left. What is not here is reached from a page that is. */
export const SECTIONS: readonly Section[] = [
  { title: "Begin", pages: [["Berth", "index.md"], ["Your first container", "guide/first-container.md"], ["Moving from LXC", "guide/moving-from-lxc.md"], ["Differences from LXC", "differences.md"]] },
  { title: "Understand", pages: [["How it works", "guide/how-it-works.md"], ["Containers out of a file", "projects.md"], ["Networks", "networks.md"], ["Containers in containers", "nesting.md"], ["The walls: security", "guide/security.md"], ["What works from where", "reference/contexts.md"]] },
  { title: "When it fails", pages: [["What to do", "guide/when-something-fails.md"], ["Every problem code", "reference/problems.md"]] },
  { title: "The library", pages: [["Guide", "guide/library.md"], ["All of it", "reference/api.md"]] },
  { title: "Reference", pages: [["Commands", "reference/commands.md"], ["Config keys", "reference/config/README.md"], ["Key by key: what Berth does", "reference/keys.md"], ["Output for programs", "output.md"], ["Its fields", "reference/output.md"], ["Rules of the linter", "reference/lint.md"], ["What is tested", "reference/tested.md"], ["Benchmarks", "benchmarks.md"]] },
  { title: "Inside", pages: [["Architecture", "ARCHITECTURE.md"], ["Decisions", "decisions/README.md"]] },
];

/** Parts of other pages. */
const PARTS = /^reference\/config\/text\//;
const CODE_PAGE = /^reference\/problems\/(.+)\.md$/;

function decisionsPage(pages: readonly Page[]): Page {
  const lines = pages.filter(({ path }) => /^decisions\/\d/.test(path)).map(({ path, text }) => `- [${titleOf(text)}](${path.slice("decisions/".length)})`);
  return { path: "decisions/README.md", text: ["# Decisions", "", "Why it is so, one page each.", "", ...lines, ""].join("\n") };
}

/** Pages without a place in the column are named on the first page: a new one is found before somebody finds it a place. */
function withFurther(index: Page, pages: readonly Page[]): Page {
  const placed = new Set(SECTIONS.flatMap((section) => section.pages.map(([, path]) => path)));
  const further = pages.filter(({ path }) => !path.includes("/") && path !== index.path && !placed.has(path));
  return { ...index, text: further.length === 0 ? index.text : `${index.text}- Further: ${further.map(({ path, text }) => `[${titleOf(text)}](${path})`).join(", ")}\n` };
}

export const titleOf = (text: string): string => /^# (.+)$/m.exec(text)?.[1] ?? "Berth";

export function sitePages(): readonly Page[] {
  const folder = join(ROOT, "docs");
  const messages = allMessages(ROOT);
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".md") && !PARTS.test(path)).toSorted().map((path): Page => {
    const code = CODE_PAGE.exec(path)?.[1];
    return { path, text: code !== undefined && isCode(code) ? problemPage(code, messagesOf(messages, code)) : readFileSync(join(folder, path), "utf8") };
  });
  return [...pages.filter(({ path }) => path !== "decisions/README.md").map((page) => (page.path === "index.md" ? withFurther(page, pages) : page)), decisionsPage(pages)];
}

/** Pictures, and whatever else pages show. */
export const siteFiles = (): readonly string[] => readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".svg")).toSorted();
