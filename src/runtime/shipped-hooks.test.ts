import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withShippedHooks } from "./shipped-hooks.ts";

const from = { kind: "option", key: "lxc.hook.clone" } as const;

test("a hook of LXC's package that is not there is Berth's own; any other stays as it is written", () => {
  const room = mkdtempSync(join(tmpdir(), "shipped hooks-"));
  mkdirSync(join(room, "lxc/hooks"), { recursive: true });
  writeFileSync(join(room, "lxc/hooks/berths-own"), "");
  const changed = (value: string): string | undefined => withShippedHooks({ clone: [{ value, from }] }, room).clone?.[0]?.value;
  expect(changed("/usr/share/lxc/hooks/berths-own a 'b c'")).toBe(`'${room}/lxc/hooks/berths-own' a 'b c'`);
  for (const value of ["/usr/share/lxc/hooks/nobodys", "/usr/share/lxc/hooksberths-own", "berths-own", "true /usr/share/lxc/hooks/berths-own", ""]) expect(changed(value)).toBe(value);
  const inside = [{ value: "/usr/share/lxc/hooks/berths-own", from }];
  expect(withShippedHooks({ start: inside, stop: [] }, room)).toEqual({ start: inside, stop: [] });
  rmSync(room, { recursive: true });
});
