// The facts of a grammar are true: every right example fits them, and what does not fit is refused by the grammar.
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { examples } from "./golden/examples.ts";
import { fits } from "./golden/fits.ts";
import { rows } from "./table.ts";

test.each(rows.map((row) => [row.key]))("%s: right examples fit the facts", (key) => {
  const { facts = {} } = rows.find((row) => row.key === key)?.grammar ?? {};
  expect((examples[key]?.good ?? []).filter(([value]) => !fits(facts, value)).map(([value]) => value)).toEqual([]);
});

test.each(rows.flatMap((row) => (row.grammar.facts === undefined ? [] : [[row.key]])))("%s: what does not fit is no value", (key) => {
  const { grammar } = rows.find((row) => row.key === key)!;
  const [examplesOfKey] = [examples[key]?.good ?? []];
  const word = fc.constantFrom(...examplesOfKey.map(([value]) => value), ...(grammar.facts?.choices ?? []), ...(grammar.facts?.offers ?? []), "0", "010", "0x0", "-1", "a", "none", " ");
  const texts = fc.array(fc.oneof(word, fc.constantFrom(" ", ",", ":", "/", "+", "#", "\t", "."), fc.string({ maxLength: 3 })), { maxLength: 6 }).map((parts) => parts.join("").trim());
  fc.assert(fc.property(texts, (text) => text === "" || !grammar.read(text).ok || fits(grammar.facts ?? {}, text)), { numRuns: 500 });
});

test.each(rows.flatMap((row) => (row.grammar.facts?.choices === undefined ? [] : [[row.key]])))("%s: every choice is a value", (key) => {
  const { grammar } = rows.find((row) => row.key === key)!;
  expect((grammar.facts?.choices ?? []).filter((choice) => !grammar.read(choice).ok)).toEqual([]);
});
