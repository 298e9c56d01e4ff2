// Owns capabilities(7): names without CAP_, in lower case as a config writes them; the position is the number.

export const CAPABILITIES = [
  "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable",
  "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
  "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
  "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
  "perfmon", "bpf", "checkpoint_restore",
] as const;

/** What a `capBounding` mask may hold: capabilities newer than this table are numbers to it. */
const LAST_CAPABILITY = 63;

const NINE = 0x39;

/** `sys_admin`, `CAP_SYS_ADMIN` or `21`: the number, if it is one. */
export function capabilityNumber(text: string): number | undefined {
  if (text.charCodeAt(0) <= NINE && /^\d{1,2}$/.test(text)) return Number(text) <= LAST_CAPABILITY ? Number(text) : undefined;
  const lower = text.toLowerCase();
  const names: readonly string[] = CAPABILITIES;
  const index = names.indexOf(lower.startsWith("cap_") ? lower.slice(4) : lower);
  return index < 0 ? undefined : index;
}

export const capabilityName = (value: number): string => CAPABILITIES[value] ?? String(value);

export const capabilityMask = (values: readonly number[]): bigint => values.reduce((mask, value) => mask | (1n << BigInt(value)), 0n);

/** Names of the capabilities in a mask, in their order. */
export function capabilitiesIn(mask: bigint): readonly string[] {
  const names: string[] = [];
  for (let value = 0; value <= LAST_CAPABILITY; value++) if ((mask >> BigInt(value)) & 1n) names.push(capabilityName(value));
  return names;
}
