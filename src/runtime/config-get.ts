// Owns the verb configGet: the value of one key of a config.
import { getItem, presentKey } from "../config/index.ts";
import { fail, ok } from "../model/problem.ts";
import { loadDocument, openDocument } from "./config-document.ts";
import type { ConfigGetVerb } from "./verbs.ts";

/** What one key of a config means, with what it includes and defaults. Problems: `config.missing`, `config.unreadable`, `config.key`. */
export const configGet: ConfigGetVerb = async (request, subject, key) => {
  const found = presentKey(key);
  if (!found.ok) return found;
  const document = openDocument(request, subject);
  if (!document.ok) return document;
  const loaded = loadDocument(request, document.value);
  if (!loaded.ok) return loaded;
  const { key: whole, row } = found.value;
  const text = getItem(loaded.value.spec, loaded.value.syntax, whole);
  if (text === undefined) return fail({ code: "config.key", at: { kind: "option", key }, text: `${key} has no value here`, cause: "there is no such network interface, or one of another type", remedy: "berth config list shows what is set" });
  const isList = row.isRepeatable || row.clears !== undefined;
  const values = isList ? text.split("\n").filter((line, index, all) => line !== "" || index < all.length - 1) : [text];
  return ok({ key: whole, isList, values }, loaded.warnings);
};
