import { expect, test } from "bun:test";
import { nextStart, type EndedRun } from "./next-start.ts";
import { parseRestart, restartText } from "./restart.ts";

const ended = (more: Partial<EndedRun> = {}): EndedRun => ({ hasFailed: true, isAsked: false, milliseconds: 50, count: 0, pause: 0, ...more });

test("as compose writes them", () => {
  for (const text of ["no", "always", "unless-stopped", "on-failure", "on-failure:5"]) expect([text, restartText(parseRestart(text) ?? { when: "no" })]).toEqual([text, text]);
  for (const text of ["", "yes", "on-failure:0", "on-failure:", "on-failure:x", "always:3", "No", "on-failure:5 "]) expect([text, parseRestart(text)]).toEqual([text, undefined]);
});

test("who is followed by another run", () => {
  const rows: readonly (readonly [string, Partial<EndedRun>, ReturnType<typeof nextStart>])[] = [
    ["no", {}, { end: "no" }], ["always", {}, { count: 1, pause: 100 }], ["always", { hasFailed: false }, { count: 1, pause: 100 }], ["always", { isAsked: true }, { end: "asked" }],
    ["unless-stopped", { hasFailed: false }, { count: 1, pause: 100 }], ["unless-stopped", { isAsked: true }, { end: "asked" }],
    ["on-failure", {}, { count: 1, pause: 100 }], ["on-failure", { hasFailed: false }, { end: "success" }], ["on-failure", { isAsked: true }, { end: "asked" }],
    ["on-failure:2", { count: 1, pause: 100 }, { count: 2, pause: 200 }], ["on-failure:2", { count: 2, pause: 200 }, { end: "limit" }],
  ];
  for (const [policy, run, expected] of rows) expect([policy, run, nextStart(parseRestart(policy) ?? { when: "no" }, ended(run))]).toEqual([policy, run, expected]);
});

test("pauses double to a minute; a run of ten seconds begins anew", () => {
  const pauses: number[] = [];
  for (let [i, pause] = [0, 0]; i < 12; i++) {
    const next = nextStart({ when: "always" }, ended({ count: i, pause }));
    pause = "pause" in next ? next.pause : -1;
    pauses.push(pause);
  }
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000]);
  expect(nextStart({ when: "always" }, ended({ count: 9, pause: 51_200, milliseconds: 10_000 }))).toEqual({ count: 10, pause: 100 });
});
