import { expect, test } from "bun:test";
import { factsOf, userFacts } from "../../../test/golden/fixtures.ts";
import { check } from "../../isa/check.ts";
import { encode } from "../../isa/encode.ts";
import type { HostFacts } from "../../model/facts.ts";
import { ownIds, planTrial, rangeTrial, trialsOf, wholeRange, type Patient } from "./doctor.ts";

const patientOf = (facts: HostFacts): Patient => ({ user: facts.caller.user ?? "root", uid: facts.caller.euid, gid: facts.caller.egid, isRoot: facts.caller.euid === 0, mark: "0123456789ab", setup: "as root: berth setup ada" });
const NIC = { nic: { tool: "/usr/libexec/lxc/lxc-user-nic", bridge: "lxcbr0" } };

test("every trial is a sound plan, for root and for users, with ranges and without", () => {
  for (const facts of [factsOf(), userFacts(), userFacts({ subuid: [], subgid: [] })]) {
    const patient = patientOf(facts);
    const trials = [rangeTrial(patient), ...trialsOf(facts, patient, NIC)];
    expect(trials.length).toBeGreaterThan(25);
    expect(new Set(trials.map(({ id }) => id)).size).toBe(trials.length);
    const whole = wholeRange(facts);
    for (const trial of trials) {
      const plan = planTrial(facts, trial, whole.length === 2 ? whole : ownIds(facts));
      expect({ id: trial.id, problems: check(plan) }).toEqual({ id: trial.id, problems: [] });
      expect(encode(plan).length).toBeGreaterThan(0);
    }
  }
});
test("what fails is told with what it costs, in words that begin small and end without a stop", () => {
  const facts = userFacts();
  for (const { costs, remedy = "none", title } of trialsOf(facts, patientOf(facts), NIC)) for (const text of [costs, remedy, title]) expect(text).toMatch(/^\S.*[^.]$/);
});
test("a cgroup that a trial makes is removed, whatever fails", () => {
  const facts = factsOf();
  const made = trialsOf(facts, patientOf(facts), NIC).filter(({ leaves }) => leaves !== undefined);
  expect(made.length).toBeGreaterThan(0);
  expect(new Set(made.map(({ leaves }) => leaves)).size).toBe(made.length); // they run side by side
  for (const { ops, leaves } of made) {
    expect(ops[0]).toMatchObject({ op: "mkdir", path: leaves, undo: [{ op: "removeTree", path: leaves }] });
    expect(ops.at(-1)).toMatchObject({ op: "removeTree", path: leaves });
  }
});
test("lxc-user-nic is tried for users, where it is, on the host's bridge", () => {
  const ids = (facts: HostFacts, nic: typeof NIC | { readonly nic: Record<string, never> }): readonly string[] => trialsOf(facts, patientOf(facts), nic).map(({ id }) => id);
  expect(ids(userFacts(), NIC)).toContain("network.user-nic");
  expect(ids(userFacts(), { nic: {} })).not.toContain("network.user-nic");
  expect(ids(factsOf(), NIC)).not.toContain("network.user-nic");
});
