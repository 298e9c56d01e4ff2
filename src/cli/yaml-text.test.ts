import { expect, test } from "bun:test";
import fc from "fast-check";
import { yamlText } from "./yaml-text.ts";

test("as people write it", () => {
  expect(yamlText({ name: "web", state: "RUNNING", ips: ["10.0.3.5"], nics: [{ link: "veth1", txBytes: 7 }], none: [], empty: {}, nothing: null, no: "no", "a: b": "x: y", long: "a\nb" })).toBe(
    'name: web\nstate: RUNNING\nips:\n  - "10.0.3.5"\nnics:\n  - link: veth1\n    txBytes: 7\nnone: []\nempty: {}\nnothing: null\n"no": "no"\n"a: b": "x: y"\nlong: "a\\nb"\n');
});

test("a parser reads what was said, whatever it is", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 2 }), (value) => {
    const plain: unknown = JSON.parse(JSON.stringify(value));
    expect(Bun.YAML.parse(yamlText(plain))).toEqual(plain);
  }), { numRuns: 40, seed: 7 });
});
