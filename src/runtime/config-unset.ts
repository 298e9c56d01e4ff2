// Owns the verb configUnset: the lines of keys go from a config's own file.
import { clearItem, effectiveKeys, isClearedBy, presentKey, unsetItem } from "../config/index.ts";
import type { EffectiveKey } from "../config/index.ts";
import type { Origin } from "../model/origin.ts";
import type { Result } from "../model/problem.ts";
import { ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { changeConfig, type Editor } from "./config-change.ts";
import { syntaxOf } from "./config-document.ts";
import { inTurn, type Draft } from "./config-in-turn.ts";
import { keyChanges } from "./config-set.ts";
import type { ConfigKeyChange, ConfigSubject, ConfigUnsetVerb } from "./verbs.ts";

interface Done { readonly keys: readonly ConfigKeyChange[]; readonly stillSet: readonly Origin[] }

/** The keys that one word stands for, as far as the config sets them: itself, or all that lxc.net, lxc.hook and their like clear. */
const keysOf = (all: readonly EffectiveKey[], word: string): readonly EffectiveKey[] => {
  const found = presentKey(word);
  if (!found.ok) return [];
  const { row, key } = found.value;
  return all.filter((one) => (row.clears === undefined ? one.key === key : isClearedBy(found.value, one.key)));
};

function unsetOne(request: Request, draft: Draft, word: string, isClear: boolean): Result<string> {
  const bare = unsetItem(syntaxOf(request, draft), word);
  if (!bare.ok || !isClear) return bare;
  const left = keysOf(effectiveKeys(syntaxOf(request, { ...draft, text: bare.value })), word);
  return left.some(({ values }) => values.length > 0) ? clearItem(bare.value, word) : bare;
}

const editor = (request: Request, subject: ConfigSubject, { words, isClear }: { readonly words: readonly string[]; readonly isClear: boolean }): Editor<Done> => (document) => {
  const after = inTurn({ request, subject, document }, words, (draft, word) => unsetOne(request, draft, word, isClear));
  if (!after.ok) return after;
  const [was, now] = [document, after.value].map((draft) => effectiveKeys(syntaxOf(request, draft)));
  const keys = words.flatMap((word) => [...keysOf(was ?? [], word), ...keysOf(now ?? [], word)].map(({ key }) => key));
  const stillSet = words.flatMap((word) => keysOf(now ?? [], word)).flatMap(({ values }) => values.map(({ from }) => from));
  return ok({ text: after.value.text, value: { keys: keyChanges(request, keys, { before: document, after: after.value }), stillSet }, ...(after.warnings === undefined ? {} : { warnings: after.warnings }) });
};

/** Keys taken out. Problems: `config.key`, `config.missing`, `config.unwritable`. */
export const configUnset: ConfigUnsetVerb = async (request, subject, keys, options = {}) => {
  const changed = await changeConfig(request, subject, editor(request, subject, { words: keys, isClear: options.isClear === true }), { isDryRun: options.isDryRun === true });
  return changed.ok ? ok({ ...changed.value.change, ...changed.value.value }, changed.warnings) : changed;
};
