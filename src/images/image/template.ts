// Owns --image of create, as a template that is built in.
import { resolve } from "node:path";
import { fail, ok, type Result } from "../../model/problem.ts";
import { byOption } from "../../model/origin.ts";
import { cacheBase } from "../remote/cache.ts";
import { archOf } from "../remote/entry.ts";
import { TIMEOUT_MS } from "../remote/timeout.ts";
import type { Made, Template, TemplateWish } from "../templates.ts";
import { ensureImage } from "./ensure.ts";
import { NO_OPTIONS, resolveOptions } from "./options.ts";
import { parseImage } from "./reference.ts";


async function make(wish: TemplateWish): Promise<Result<Made>> {
  const [text, extra] = wish.args;
  if (text === undefined) return fail({ code: "option.missing", at: byOption("--image"), text: "which image?", remedy: "as in berth create web --image debian/bookworm" });
  if (extra !== undefined) return fail({ code: "option.unknown", at: byOption("--image"), text: `'${extra}' is one word too many`, remedy: "what follows -- is for a template: -t" });
  const ref = parseImage(text, wish.cwd);
  if (!ref.ok) return ref;
  const options = wish.image ?? NO_OPTIONS;
  const resolved = resolveOptions(options, ref.value, { cwd: wish.cwd, env: wish.env, arch: archOf(options.arch ?? process.arch) });
  if (!resolved.ok) return resolved;
  const had = await ensureImage({ ...wish, ...resolved.value, ref: ref.value, timeoutMs: TIMEOUT_MS, isOffline: options.isOffline, ...(options.arch === undefined ? {} : { arch: options.arch }) });
  if (!had.ok) return had;
  const { made, digest } = had.value;
  const base = cacheBase(wish.env, wish.isRoot);
  return ok({ ...made, shared: { name: ref.value.kind === "file" ? `file:${resolve(ref.value.path)}` : ref.value.text, base, ...(made.kind === "archive" ? { digest } : {}) } }, had.warnings);
}

export const image: Template = { help: "--image IMAGE\n", make };
