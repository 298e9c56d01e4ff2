import { expect, test } from "bun:test";
import { parseYaml, plainOf } from "./yaml.ts";

const plain = (source: string): unknown => {
  const parsed = parseYaml(source);
  return parsed.ok ? plainOf(parsed.node) : parsed.error;
};

/** Bun's own parser has no places, but the same values. */
const SAME: readonly string[] = [
  "a: 1\nb:\n- x\n- y: 2\n  z: [1, 'two']\nc: |\n  l1\n  l2\nd: {e: f}\n", "a:\n  b:\n    c: true\n    d: ~\n  e: null\n", "- a\n- - b\n  - c\n-\n  d: 1\n", "{\"a\": [1, 2.5, -3e2, true, null, \"x\\ty\\u00e9\"], \"b\": {}}",
  "a: 'it''s'\nb: \"q\\\"x\"\nc: plain text, with: colon\n".replace("with: colon", "with:colon"), "# c\n\na: 1 # one\nb: x#y\n", "---\na: 1\n", "a: >\n  one\n  two\n\n  three\nb: |-\n  x\n   y\nc: >-\n  z\n", "a:\n- 1\n-   b: 2\n    c: 3\n", "url: http://x/y:8\nt: 10:30\nv: 1.2.3\n", "a: []\nb: {}\nc:\n", "a: [\n  x, # one\n  {y: z}\n]\nb: 2\n", "\"quoted key\": 1\n'k2': 2\n",
  "command: [sh, -c, \"a && b\"]\nx: -5\ny: -name\n", "- |\n  text\n- b\n",
];
test.each(SAME.map((source) => [source]))("as Bun's parser: %j", (source) => { expect(plain(source)).toEqual(Bun.YAML.parse(source)); });

test.each([
  ["a: 1\n\tb: 2\n", 2, 1, "a tab"], ["a: 1\na: 2\n", 2, 1, "a second time"], ["a: [1, 2\n", 1, 4, "does not end"], ["a: &x 1\n", 1, 4, "an anchor"], ["a: *x\n", 1, 4, "an alias"], ["a: \"x\n", 1, 4, "does not end on its line"],
  ["a: 1\n  b: 2\n", 2, 3, "indented otherwise"], ["a:\n  b: 1\n c: 2\n", 3, 2, "indented otherwise"], ["a: 1\nword\n", 2, 1, "a key with ':'"], ["a: {b 1}\n", 1, 8, "':' is missing"], ["a: [1 2]\n".replace("1 2", "\"1\" 2"), 1, 9, "',' or ']'"], ["a: 1\n---\nb: 2\n", 2, 1, "one document"], ["a: \"\\q\"\n", 1, 6, "no escape"], ["a: 'x' y\n", 1, 8, "unexpected"], ["a: |x\n  y\n", 1, 4, "not understood"],
] as const)("refused: %j at line %d, column %d", (source, line, column, text) => {
  expect(plain(source)).toMatchObject({ at: { line, column }, text: expect.stringContaining(text) });
});

test("everything has its place", () => {
  const parsed = parseYaml("a:\n  - b: 1\n    cc:   two\n");
  expect(JSON.stringify(parsed)).toContain('"key":"cc","at":{"line":3,"column":5},"value":{"kind":"scalar","at":{"line":3,"column":11}');
});
