// Owns what the kernel says of a frozen cgroup: freezer.state of v1, cgroup.events of v2.

/** undefined: it runs. v2 does not tell that it is about to freeze. */
export function frozenState(text: string): "FREEZING" | "FROZEN" | undefined {
  if (/^FROZEN$|^frozen 1$/m.test(text)) return "FROZEN";
  return /^FREEZING$/m.test(text) ? "FREEZING" : undefined;
}
