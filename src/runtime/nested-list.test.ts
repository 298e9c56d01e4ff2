// What lxc-ls of a container says of containers in it: LXC's table, Berth's, and one that lies.
import { expect, test } from "bun:test";
import { parseNested } from "./nested-list.ts";

const TABLE = `NAME      STATE   PID AUTOSTART GROUPS  INTERFACE IPV4               IPV6 UNPRIVILEGED 
inner     RUNNING 212 1         a, b    eth0, lo  10.0.3.7, 10.0.4.1 -    true         
 \\_ deep   STOPPED -   0         -       -         -                  -    false        
   \\_ more FROZEN  3   0         -       -         -                  -    false        
`;

test("a table: names, levels, lists", () => {
  const [inner, deep, more] = parseNested(TABLE);
  expect(inner).toEqual({ name: "inner", state: "RUNNING", level: 1, isDefined: true, isAutostart: true, isUnprivileged: true, groups: ["a", "b"], interfaces: ["eth0", "lo"], ipv4: ["10.0.3.7", "10.0.4.1"], ipv6: [], pid: 212 });
  expect([deep?.name, deep?.level, deep?.state, deep?.pid]).toEqual(["deep", 2, "STOPPED", undefined]);
  expect([more?.name, more?.level]).toEqual(["more", 3]);
});

test("what is no container is left out", () => {
  expect(parseNested("")).toEqual([]);
  expect(parseNested("NAME STATE\nx RUNNING\n")).toEqual([]);
  const lies = TABLE.replace("inner     ", "../../etc ").replace("deep   STOPPED", "deep   DANCING").replace("more FROZEN ", "\u001b[2J FROZEN ");
  expect(parseNested(lies)).toEqual([]);
});
