// Owns which containers there are: directories with a config, and running ones that have none.
import { existsSync, readdirSync } from "node:fs";

/** Sorted by name as strcmp(3) does. */
const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function definedContainers(lxcpath: string): readonly string[] {
  try {
    return readdirSync(lxcpath).filter((name) => existsSync(`${lxcpath}/${name}/config`)).sort(byBytes);
  } catch {
    return [];
  }
}

/** Names of the containers of this lxcpath whose command socket listens. */
export function activeContainers(lxcpath: string, sockets: ReadonlySet<string>): readonly string[] {
  const [head, tail] = [`${lxcpath}/`, "/command"];
  return [...sockets].filter((socket) => socket.startsWith(head) && socket.endsWith(tail))
    .map((socket) => socket.slice(head.length, -tail.length)).filter((name) => name !== "" && !name.includes("/")).sort(byBytes);
}
