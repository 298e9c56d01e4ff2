// Owns the verb configSet: keys of a config get values, all of them or none.
import { clearItem, effectiveKeys, keptValue, presentKey, setItem, unsetItem } from "../config/index.ts";
import type { EffectiveKey, EffectiveValue } from "../config/index.ts";
import { randomHex } from "../host/probe/kernel.ts";
import { placed } from "../model/origin.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { changeConfig, type Editor } from "./config-change.ts";
import { syntaxOf } from "./config-document.ts";
import { inTurn, type Draft } from "./config-in-turn.ts";
import type { ConfigAssignment, ConfigKeyChange, ConfigSetOptions, ConfigSetVerb, ConfigSubject } from "./verbs.ts";

export function valuesOf(keys: readonly EffectiveKey[], key: string): readonly EffectiveValue[] {
  return keys.find((one) => one.key === key)?.values ?? [];
}
const texts = (values: readonly EffectiveValue[]): readonly string[] => values.map(({ value }) => value);
const isEqual = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((text, index) => text === b[index]);

/** What a change did to these keys. */
export function keyChanges(request: Request, keys: readonly string[], { before, after }: { readonly before: Draft; readonly after: Draft }): readonly ConfigKeyChange[] {
  const [old, now] = [before, after].map((draft) => effectiveKeys(syntaxOf(request, draft)));
  return [...new Set(keys)].map((key) => ({ key, before: texts(valuesOf(old ?? [], key)), after: texts(valuesOf(now ?? [], key)) }));
}

/** A list is emptied first, also of what included files add to it. */
function emptied(request: Request, draft: Draft, key: string): Result<string> {
  const bare = unsetItem(syntaxOf(request, draft), key);
  if (!bare.ok) return bare;
  const left = valuesOf(effectiveKeys(syntaxOf(request, { ...draft, text: bare.value })), key);
  return left.length === 0 ? bare : clearItem(bare.value, key);
}

function assign(request: Request, draft: Draft, { key, values }: ConfigAssignment, options: ConfigSetOptions): Result<string> {
  const found = presentKey(key);
  if (!found.ok) return found;
  const { row, key: whole } = found.value;
  const [first = "", ...more] = values;
  const at = { kind: "option", key } as const;
  if (!row.isRepeatable && more.length > 0) return fail({ code: "config.value", at, text: `${key} takes one value, not ${values.length}`, remedy: `put it in quotes if it has blanks: ${key} '${values.join(" ")}'` });
  const now = valuesOf(effectiveKeys(syntaxOf(request, draft)), whole);
  const isThere = row.isRepeatable ? options.isReplace === true && isEqual(texts(now), values) : now.length === 1 && now[0]?.value === first && now[0].from.file === draft.file;
  if (isThere) return ok(draft.text);
  const isEmpty = row.isRepeatable && first === "" && more.length === 0;
  const start = row.isRepeatable && (options.isReplace === true || isEmpty) ? emptied(request, draft, whole) : ok(draft.text);
  if (!start.ok || isEmpty) return start;
  return values.reduce((text: Result<string>, value) => (text.ok ? setItem(syntaxOf(request, { ...draft, text: text.value }), key, value) : text), start);
}

/** Values that another line still overrules. */
function ineffective(request: Request, after: Draft, assignments: readonly ConfigAssignment[]): readonly Problem[] {
  const now = effectiveKeys(syntaxOf(request, after));
  return assignments.flatMap(({ key, values: [value = ""] }): readonly Problem[] => {
    const found = presentKey(key);
    const [decides] = found.ok && !found.value.row.isRepeatable ? valuesOf(now, found.value.key) : [];
    if (decides === undefined || decides.value === value) return [];
    return [{ code: "config.conflict", severity: "warning", at: decides.from, text: placed(decides.from, `is still '${decides.value}', as this line comes later`), remedy: "change or remove that line" }];
  });
}

const editor = (request: Request, subject: ConfigSubject, { assignments, options }: { readonly assignments: readonly ConfigAssignment[]; readonly options: ConfigSetOptions }): Editor<readonly ConfigKeyChange[]> => (document) => {
  const after = inTurn({ request, subject, document }, assignments, (draft, assignment) => assign(request, draft, assignment, options));
  if (!after.ok) return after;
  const keys = assignments.flatMap(({ key }) => { const found = presentKey(key); return found.ok ? [found.value.key] : []; });
  return ok({ text: after.value.text, value: keyChanges(request, keys, { before: document, after: after.value }), warnings: [...(after.warnings ?? []), ...ineffective(request, after.value, assignments)] });
};

/** A container's hardware address is chosen once; a config that others begin with keeps its template. */
function chosen(subject: ConfigSubject, { key, values }: ConfigAssignment): ConfigAssignment {
  const isTemplate = "file" in subject && !subject.file.endsWith("/config");
  return { key, values: isTemplate ? values : values.map((value) => keptValue(key, value, randomHex())) };
}

/** Keys given values; the config is checked as a whole before anything is written, and no other line moves. Problems: `config.key`, `config.value`, `config.conflict`, `config.missing`, `config.unwritable`. */
export const configSet: ConfigSetVerb = async (request, subject, given, options = {}) => {
  const assignments = given.map((assignment) => chosen(subject, assignment));
  const changed = await changeConfig(request, subject, editor(request, subject, { assignments, options }), { isDryRun: options.isDryRun === true });
  return changed.ok ? ok({ ...changed.value.change, keys: changed.value.value }, changed.warnings) : changed;
};
