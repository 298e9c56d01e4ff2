// Owns the rules about keys that Berth does not act on: the table of keys says which, and why.
import type { KeyState } from "../../keys/row.ts";
import { shown } from "../../grammar/grammar.ts";
import { findKey } from "../../table.ts";
import type { Rule, Sighting } from "../rule.ts";
import { sightedAt } from "../sight.ts";
import type { View } from "../view.ts";

/** Each key once, at its last line; the value of an unset key is no wish. */
function* keysOf(view: View, kind: KeyState["kind"], says: string): Generator<Sighting> {
  for (const all of view.settings.byRow.values()) {
    for (const setting of new Map(all.map((one) => [one.key, one])).values()) {
      const row = findKey(setting.key)?.row;
      if (row?.state?.kind !== kind || shown(row.grammar, setting.text).join() === row.default) continue;
      yield sightedAt(setting.from, `${setting.key} ${says}`, { cause: `${row.state.why}${row.state.issue === undefined ? "" : ` (issue ${row.state.issue})`}`, code: "unsupported" });
    }
  }
}

export const stateRules: readonly Rule[] = [
  {
    id: "key-not-yet", severity: "hint", sees: "A key that this version of Berth takes and does not act on.", why: "The container starts, without what the key asks for.", remedy: "leave the line for LXC or a later version, or take it out",
    trips: "lxc.log.syslog = daemon", passes: "lxc.autodev = 1", look: (view) => keysOf(view, "not yet", "is not acted on yet"),
  },
];
