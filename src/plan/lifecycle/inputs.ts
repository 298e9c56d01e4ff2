// Owns what a start is told beside the container's spec and the host's facts.
import type { NamespaceName } from "../../model/spec.ts";
import type { SeccompInput } from "../security.ts";
import type { ApparmorInput } from "../security/labels.ts";
import type { RestoreWishes } from "./checkpoint.ts";

export interface StartInputs {
  /** lxc-start's default; false is -F and lxc-execute. */
  readonly isDaemon: boolean;
  /** Text of /proc/sys/kernel/random/boot_id: dates the state record. */
  readonly bootId: string;
  /** Replaces lxc.init.cmd when not empty; for execute: the program, which must not be empty. */
  readonly command: readonly string[];
  /** -p: where the monitor's pid is written. */
  readonly pidfile?: string;
  /** -C: close inherited descriptors in the foreground too. */
  readonly closeAllFds: boolean;
  /** --share-*: pid or namespace file of each shared namespace, already resolved by the runtime (`/proc/123/ns/net`). */
  readonly share: Readonly<Partial<Record<NamespaceName, string>>>;
  /** Entries (`key=value`) of the request that plans the next start after a reboot. */
  readonly replan: readonly string[];
  /** The plan is run by the old monitor: nothing is forked, it is in the background already, LXC_TARGET=reboot. */
  readonly isReboot: boolean;
  readonly seccomp?: SeccompInput;
  /** Where the kernel has AppArmor. */
  readonly apparmor?: ApparmorInput;
  /** In the foreground: the control key after which q leaves the container to itself; absent: none does. */
  readonly escape?: number;
  readonly isQuiet?: boolean;
  /** lxc-checkpoint -r: init is none that is made now, but one that was written down. */
  readonly restore?: RestoreWishes;
  /** In the background: how long the launcher waits for the monitor's word, and what it asks the planner then. */
  readonly wait?: { readonly milliseconds?: number; readonly request: readonly string[] };
}
