// Owns the differences between LXC 5.0.2 and Berth over keys and values, each with its reason. A rule that covers nothing fails the test.
import type { Pair, Said } from "./config-pairs.ts";

/** refused: only Berth refuses; taken: only LXC does; got: both take it and print it differently; cleared: what is left after a clear. */
export type Way = "refused" | "taken" | "got" | "cleared";
export interface Rule { readonly way: Way; readonly key: RegExp; readonly value?: RegExp; readonly why: string; /** Of LXC 6, not of 5. */ readonly isOfSix?: true }

const LATE = "refused when it is read; LXC takes it and fails at the start, or starts something else";
const ZERO = "no number at all; LXC reads as much of it as it can, or 0";
const LEFT = "LXC's getter shows what is unset as (null), (invalid) or a number of its own";

export const RULES: readonly Rule[] = [
  { way: "refused", key: /^lxc\.(init|execute)\.cmd$/, why: `a quote that is not closed: ${LATE}` },
  { way: "refused", key: /^lxc\.init\.[ug]id$|^lxc\.seccomp\.allow_nesting$|^lxc\.hook\.version$|^lxc\.autodev\.tmpfs\.size$|^lxc\.net\.3\.mtu$/, why: ZERO },
  { way: "refused", key: /^lxc\.(signal\.|monitor\.signal)/, why: `no such signal: ${LATE}` },
  { way: "refused", key: /^lxc\.prlimit\.nofile$/, value: /^20:10$/, why: LATE },
  { way: "refused", key: /^lxc\.prlimit\.nofile$/, value: /^-0$/, why: "a negative number" },
  { way: "refused", key: /^lxc\.tty\.max$/, why: "no system has so many terminals; LXC would make each" },
  { way: "refused", key: /^lxc\.console\.(buffer\.)?size$/, why: "a bound of 1 TB, and no hexadecimal numbers: LXC reads 0x7f as 0" },
  { way: "refused", key: /^lxc\.rootfs\.path$/, why: "a kind of storage that does not exist, or no path behind it: LXC takes what stands behind the colon" },
  { way: "refused", key: /^lxc\.(mount\.entry|idmap)$/, why: LATE },
  { way: "refused", key: /^lxc\.mount\.auto$/, value: /^shmounts:$/, why: "shmounts without a directory" },
  { way: "refused", key: /^lxc\.monitor\.unshare$/, why: "0 or 1, as everywhere; LXC takes any number here" },
  { way: "refused", key: /^lxc\.net\.3\.(name|veth\.pair)$/, why: "no interface can have this name; LXC cuts it to 15 characters" },
  { way: "refused", key: /^lxc\.net\.3\.(hwaddr|ipv6\.address)$/, why: LATE },
  { way: "refused", key: /^lxc\.net\.3\.veth\.n_[rt]xqueues$/, value: /^(4097|2147483647)$/, why: "the kernel makes at most 4096" },
  { way: "refused", key: /^lxc\.net\.3\.(veth\.)?vlan\.id$/, value: /^(4096|-0)$/, why: "a VLAN has 12 bits" },
  { way: "taken", key: /^lxc\.environment$/, why: "the value of a bare name is that of the caller at the start; LXC refuses what its own environment lacks" },
  { way: "taken", key: /^lxc\.environment\.(runtime|hooks)$/, why: "a key of LXC 7" },
  { way: "taken", key: /^lxc\.net\.3\.type$/, value: /^user$/, why: "a kind of Berth's own: an ordinary user's network without a bridge" },
  { way: "taken", key: /^lxc\.log\.file$/, why: "LXC opens the log file as soon as the key is set" },
  { way: "taken", key: /^lxc\.log\.level$/, value: /^\+/, why: "a sign in front of a number, as with other keys" },
  { way: "taken", key: /^lxc\.time\.offset\./, value: /^-5 ms$/, why: "times may be negative, as the manual says" },
  { way: "got", key: /^lxc\.init\.[ug]id$|^lxc\.start\.delay$/, value: /^(2147483648|4294967294)$/, why: "LXC prints it as a negative number" },
  { way: "got", key: /^lxc\.autodev\.tmpfs\.size$/, value: /^(2147483648|4294967294)$/, why: "LXC takes it as no number, and 500000 instead" },
  { way: "got", key: /^lxc\.environment$/, value: /^HOME$/, why: "the value of a bare name is that of the caller at the start" },
  { way: "got", key: /^lxc\.rootfs\.path$/, value: /^\/srv\/a:b$/, why: "a path that starts with / has no kind of storage in front; LXC takes /srv/a for one" },
  { way: "got", key: /^lxc\.mount\.auto$/, why: "LXC prints nothing for what it has taken" },
  { way: "got", key: /^lxc\.cap\.keep$/, value: /^none$/, why: "LXC keeps one list for cap.drop and cap.keep in its getter (fixed in 7)" },
  { way: "got", key: /^lxc\.time\.offset\./, why: "LXC prints seconds or nanoseconds with varying blanks and newlines" },
  { way: "got", key: /^lxc\.net\.3\.link$/, value: /^x{3000}$/, why: "LXC cuts it to 15 characters" },
  { way: "got", key: /^lxc\.net\.3\.hwaddr$/, value: /x/, why: "random digits" },
  { way: "got", key: /^lxc\.net\.3\.mtu$/, value: /^\+?0?[0-9xXf]+$/, why: "a number, not the text it was written as" },
  { way: "got", key: /^lxc\.net\.3\.ipv4\.address$/, why: "the prefix that the address' class gives; LXC asks the last byte of the address for the class" },
  { way: "got", key: /^lxc\.net\.3\.veth\.vlan\.id$/, value: /^none$/, why: "LXC prints -1 (fixed in 7)" },
  ...(["refused", "taken", "got"] as const).map((way): Rule => ({ way, key: /^lxc\.arch$/, why: "LXC 6 takes any name from a file, refuses some that are set, and prints none of them", isOfSix: true })),
  { way: "cleared", key: /^lxc\.tty\.max$/, why: "LXC forgets to clear it" },
  { way: "cleared", key: /^lxc\.net\.3\.ipv[46]\.gateway$/, value: /^(auto|dev)$/, why: "LXC forgets to clear it" },
  { way: "cleared", key: /^lxc\.rootfs\.mount$/, why: "the default comes back; in LXC there is none any more" },
  { way: "cleared", key: /^lxc\.autodev\.tmpfs\.size$/, why: "0 and 500000 mean the same; LXC has 0 before and 500000 after" },
  { way: "cleared", key: /^lxc\.keyring\.session$/, why: "the documented default is 1; LXC 5.0.2 has it the wrong way round" },
  { way: "cleared", key: /^lxc\.monitor\.signal\.pdeath$/, why: "a line that is gone leaves the default; one with an empty value means 0, as in LXC" },
  { way: "cleared", key: /^lxc\.time\.offset\./, why: "as it is printed before" },
  { way: "cleared", key: /^lxc\.(namespace\.share|cgroup\.dir)|^lxc\.net\.3\.(type|veth\.mode|veth\.vlan\.id|macvlan\.mode|ipvlan\.(mode|isolation))$/, why: LEFT },
];

/** Where the two disagree about an aspect, which way. */
export function wayOf(aspect: keyof Said, ours: Said, theirs: Said): Way | undefined {
  if (JSON.stringify(ours[aspect]) === JSON.stringify(theirs[aspect])) return undefined;
  switch (aspect) {
    case "set": case "load": return ours[aspect] === false ? "refused" : "taken";
    case "got": case "loaded": return "got";
    case "cleared": return "cleared";
  }
}
export const ruleFor = (pair: Pair, way: Way): Rule | undefined => RULES.find((rule) => rule.way === way && rule.key.test(pair.key) && (rule.value === undefined || rule.value.test(pair.value)));
