// Owns how a page of the site looks: Markdown to HTML by Bun, the column of all pages, a field that finds one. No file of another server.
import { dirname, relative } from "node:path";
import { SECTIONS, titleOf, type Page } from "./pages.ts";

/** As GitHub makes the anchors of headings. */
const slug = (heading: string): string => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
const plain = (html: string): string => html.replaceAll(/<[^>]+>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
export const escapeHtml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

export const htmlPath = (path: string): string => path.replace(/(^|\/)README\.md$/, "$1index.html").replace(/\.md$/, ".html");

/** Headings with anchors; tables that can be moved to the side; comments of the tests left out. */
export function bodyOf({ text }: Page): string {
  const seen = new Map<string, number>();
  const html = Bun.markdown.html(text.replaceAll(/<!--[\s\S]*?-->\n?/g, ""), { headings: false, tables: true });
  return html.replaceAll(/<h([1-6])>([\s\S]*?)<\/h\1>/g, (_, level: string, inner: string) => {
    const base = slug(plain(inner));
    const times = seen.get(base) ?? 0;
    seen.set(base, times + 1);
    const id = times === 0 ? base : `${base}-${times}`;
    return `<h${level} id="${id}"><a href="#${id}">${inner.replaceAll(/<\/?a\b[^>]*>/g, "")}</a></h${level}>`;
  }).replaceAll("<table>", '<div class="wide"><table>').replaceAll("</table>", "</table></div>")
    .replaceAll(/<p>(<img\b[^>]*?src="([^"]*)"[^>]*>)<\/p>/g, '<p class="wide picture"><a href="$2">$1</a></p>');
}

const STYLE = `:root{--ink:#1d2433;--soft:#5a6478;--paper:#fff;--line:#dde2ea;--mark:#0b6bcb;--code:#f4f6f9}
@media(prefers-color-scheme:dark){:root{--ink:#e4e8ef;--soft:#9aa5b8;--paper:#12161d;--line:#2a3240;--mark:#6cb2ff;--code:#1b212b}}
*{box-sizing:border-box}body{margin:0;color:var(--ink);background:var(--paper);font:16px/1.6 system-ui,sans-serif;display:grid;grid-template-columns:17rem minmax(0,1fr)}
nav{padding:1.5rem 1rem;border-right:1px solid var(--line);position:sticky;top:0;height:100vh;overflow:auto}nav b{display:block;margin:1.2rem 0 .2rem;font-size:.8rem;color:var(--soft);text-transform:uppercase;letter-spacing:.06em}
nav a{display:block;padding:.12rem .5rem;border-radius:4px;color:inherit;text-decoration:none}nav a:hover,nav a.here{background:var(--code);color:var(--mark)}
nav input{width:100%;padding:.4rem .6rem;border:1px solid var(--line);border-radius:6px;background:var(--paper);color:inherit;font:inherit}main{padding:2rem clamp(1rem,4vw,4rem) 6rem;max-width:64rem}
a{color:var(--mark)}h1 a,h2 a,h3 a,h4 a{color:inherit;text-decoration:none}h2{margin-top:2.2em;border-bottom:1px solid var(--line)}
code{background:var(--code);border-radius:4px;padding:.1em .3em;font:.9em ui-monospace,monospace}pre{background:var(--code);border-radius:8px;padding:1rem;overflow:auto}pre code{padding:0;background:none}
.wide{overflow:auto}table{border-collapse:collapse}td,th{border:1px solid var(--line);padding:.35rem .6rem;vertical-align:top;text-align:left}img{max-width:100%;height:auto}.picture img{display:block;min-width:44rem}
@media(max-width:50rem){body{display:block}nav{position:static;height:auto;max-height:12rem;border:0;border-bottom:1px solid var(--line)}main{padding-top:1rem}}`;

/** Titles of pages and headings that hold all the words. The list is a file of the site. */
const FIND = `const field=document.querySelector("nav input"),list=document.querySelector("#found");let all;
field.addEventListener("focus",()=>{all??=fetch(field.dataset.index).then((a)=>a.json())},{once:true});
field.addEventListener("input",async()=>{const words=field.value.toLowerCase().split(/\\s+/).filter(Boolean);list.replaceChildren();if(words.length===0)return;
for(const[title,where]of(await all).filter(([title])=>words.every((word)=>title.toLowerCase().includes(word))).slice(0,30)){const a=document.createElement("a");a.href=field.dataset.root+where;a.textContent=title;list.append(a)}});`;

/** From a page to a path of the site. */
export const toward = (from: string, to: string): string => relative(dirname(from), to) || to;

export function pageHtml(page: Page, body: string): string {
  const here = htmlPath(page.path);
  const links = SECTIONS.map(({ title, pages }) => `<b>${title}</b>${pages.map(([name, path]) => `<a href="${toward(here, htmlPath(path))}"${path === page.path ? ' class="here"' : ""}>${escapeHtml(name)}</a>`).join("")}`).join("");
  const root = toward(here, "index.html").replace(/index\.html$/, "");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(titleOf(page.text))} · Berth</title><style>${STYLE}</style></head>
<body><nav><input type="search" placeholder="Key, command, code" aria-label="Find" data-index="${root}find.json" data-root="${root}"><div id="found"></div>${links}</nav><main>${body}</main><script>${FIND}</script></body></html>
`;
}

/** What the field finds: each page, and each heading of it. */
export const findIndex = (pages: readonly { readonly page: Page; readonly body: string }[]): string => JSON.stringify(pages.flatMap(({ page, body }) => {
  const title = titleOf(page.text).replaceAll("`", "");
  return [...body.matchAll(/<h([1-4]) id="([^"]*)">([\s\S]*?)<\/h\1>/g)].map(([, level, id = "", inner = ""]) => [level === "1" ? title : `${plain(inner)} – ${title}`, `${htmlPath(page.path)}${level === "1" ? "" : `#${id}`}`]);
}));
