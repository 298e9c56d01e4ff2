// The config language of Debian's LXC and Berth's, key by key and value by value: what is taken, what get_config_item prints,
// what a clear leaves, what save_config writes. src/config/golden/lxc-5.0.2.json is a recording of it for the pure tests.
import { describe, expect, test } from "bun:test";
import recorded from "../../src/config/golden/lxc-5.0.2.json" with { type: "json" };
import { rows } from "../../src/config/table.ts";
import { ruleFor, RULES, wayOf, type Rule } from "./config-differences.ts";
import { compared, OURS, PAIRS, questions, said, saidByUs } from "./config-pairs.ts";
import { askTheirs, type Step } from "./config-steps.ts";

/** Rules were written for this release; a newer one may have mended what a rule is about, so there it need not cover anything. */
const WRITTEN_FOR = "5.0.2";

describe("pairs of key and value", () => {
  const { version, answers } = askTheirs(PAIRS.flatMap(questions));
  const used = new Set<Rule>();
  const differences = PAIRS.flatMap((pair, index) => {
    const [ours, theirs] = [saidByUs(pair), said(pair, answers.slice(2 * index, 2 * index + 2))];
    return compared(ours, theirs).flatMap((aspect) => {
      const way = wayOf(aspect, ours, theirs);
      const rule = way === undefined ? undefined : ruleFor(pair, way);
      if (rule !== undefined) used.add(rule);
      return way === undefined || rule !== undefined ? [] : [{ key: pair.key, value: pair.value, aspect, ours: ours[aspect], theirs: theirs[aspect] }];
    });
  });

  test("every row of the table is asked for, with more than 400 pairs in all", () => {
    expect(PAIRS.length).toBeGreaterThan(1500);
    expect(rows.filter(({ key, since }) => key !== "lxc.include" && since !== OURS && !PAIRS.some((pair) => pair.key === key.replace(".N", ".3") || pair.key.startsWith(key.replace("*", "")))).map(({ key }) => key)).toEqual([]);
  });

  test("both say the same, or the difference has a reason", () => {
    expect(differences).toEqual([]);
  });

  test("every reason is about a difference", () => {
    expect(version === WRITTEN_FOR ? RULES.filter((rule) => used.has(rule) === (rule.isOfSix === true)) : []).toEqual([]);
  });
});

/** Random digits; and a number whose refusal depends on what liblxc did before. */
const UNSTABLE: readonly string[] = ["lxc.net.0.type = veth\nlxc.net.0.hwaddr = xx:xx:xx:xx:xx:xx\n", "lxc.init.uid = -1\n"];

test("what was recorded of LXC 5.0.2 is what it says", () => {
  const asked = recorded.map(([config, answers]) => ({ config: String(config), answers: Object.entries(answers ?? {}) })).filter(({ config }) => !UNSTABLE.includes(config));
  expect(asked.length).toBe(recorded.length - UNSTABLE.length);
  const { version, answers } = askTheirs(asked.map(({ config, answers: keys }): Step[] => [["load", config], ...keys.map(([key]): Step => ["get", key])]));
  const now = answers.map(([isLoaded, ...values], index) => asked[index]?.answers.map(([key], at) => [key, isLoaded === true ? values[at] ?? "!key" : "!load"]));
  const different = asked.flatMap(({ config, answers: then }, index) => then.flatMap(([key, value], at) => (now[index]?.[at]?.[1] === value ? [] : [{ config, key, then: value, now: now[index]?.[at]?.[1] }])));
  if (version === WRITTEN_FOR) expect(different).toEqual([]);
  else expect(different.length).toBeLessThan(40);
});
