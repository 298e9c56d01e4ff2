// Owns one line of an id map. Whether lines fit together is checked when all are known (resolve/idmap.ts).
import type { IdMapEntry } from "../../linux/idmap.ts";
import { good, words, wrong, type Grammar } from "./grammar.ts";
import { NUMBER, unsigned } from "./scalar.ts";

/** 4294967295 is (uid_t)-1: no id. */
const LAST_ID = 4294967294;

export const idMap: Grammar<IdMapEntry> = {
  expects: "u|g FIRST_ID_INSIDE FIRST_ID_ON_HOST COUNT",
  facts: { pattern: `^[ \\t]*[ug](?:[ \\t]+${NUMBER}){3}[ \\t]*$` },
  read: (text) => {
    const [kind, ...rest] = words(text);
    if (kind === undefined || (kind.text !== "u" && kind.text !== "g")) return wrong(`'${kind?.text ?? ""}' is not u or g`, 0, "write 'u' for user ids and 'g' for group ids, one line each");
    if (rest.length !== 3) return wrong(`${rest.length} numbers stand after '${kind.text}', 3 are needed`, kind.offset, "write: u|g FIRST_ID_INSIDE FIRST_ID_ON_HOST COUNT");
    const bad = rest.find((word) => unsigned(word.text) === undefined);
    if (bad !== undefined) return wrong(`'${bad.text}' is not a number`, bad.offset);
    const [inside = 0, outside = 0, count = 0] = rest.map((word) => unsigned(word.text) ?? 0);
    const offsetOf = (index: number): number => rest[index]?.offset ?? 0;
    if (count === 0) return wrong("a count of 0 maps nothing", offsetOf(2));
    if (inside + count - 1 > LAST_ID) return wrong(`the ids inside end at ${inside + count - 1}, the last possible id is ${LAST_ID}`, offsetOf(0));
    if (outside + count - 1 > LAST_ID) return wrong(`the ids on the host end at ${outside + count - 1}, the last possible id is ${LAST_ID}`, offsetOf(1));
    return good({ kind: kind.text, inside, outside, count });
  },
  show: (entry) => [idMapText(entry)],
};

export const idMapText = (entry: IdMapEntry): string => `${entry.kind} ${entry.inside} ${entry.outside} ${entry.count}`;
