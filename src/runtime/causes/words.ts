// Owns what an op does, in words of the user: the generic half of a failure's sentence.
import type { Failure } from "./failure.ts";

type Words = (subject: string) => string;

const WORDS: Readonly<Record<string, Words>> = {
  open: (subject) => `open '${subject}'`,
  openTree: (subject) => `take the mount source '${subject}'`,
  moveMount: (subject) => `mount on '${subject}'`,
  mountSetattr: (subject) => `set the mount options of '${subject}'`,
  fsMount: (subject) => `make a file system of type '${subject}'`,
  umount: (subject) => `unmount '${subject}'`,
  loopDevice: (subject) => `make a loop device of '${subject}'`,
  pivotRoot: () => "change to the container's root file system",
  chroot: () => "change to the container's root file system",
  chdir: (subject) => `change to the directory '${subject}'`,
  mkdir: (subject) => `make the directory '${subject}'`,
  mknod: (subject) => `make the file '${subject}'`,
  symlink: (subject) => `make the symbolic link '${subject}'`,
  unlink: (subject) => `remove '${subject}'`,
  rename: (subject) => `rename '${subject}'`,
  chown: (subject) => `change the owner of '${subject}'`,
  chmod: (subject) => `change the mode of '${subject}'`,
  writeFile: (subject) => `write to '${subject}'`,
  copyTree: () => "copy the files",
  removeTree: (subject) => `remove '${subject}'`,
  clone: (subject) => `make the process '${subject}' with its namespaces`,
  setns: () => "join the container's namespaces",
  unshare: () => "leave the caller's namespaces",
  spawn: (subject) => `run '${subject}'`,
  exec: (subject) => `execute '${subject}'`,
  initLoop: (subject) => `run '${subject}' below the container's init`,
  pidfdOpen: () => "find the container's process",
  kill: () => "send the signal",
  waitExit: () => "wait for the process to end",
  setIds: () => "become the user of the container",
  capBounding: () => "give up capabilities",
  caps: () => "set capabilities",
  rlimit: () => "set a resource limit",
  hostname: (subject) => `set the host name '${subject}'`,
  openPty: (subject) => `open a terminal at '${subject}'`,
  controllingTty: () => "take the terminal as the controlling one",
  netlink: () => "set up the network",
  keepEvents: (subject) => `write '${subject}'`,
  netlinkSocket: () => "reach the kernel's network side",
  netlinkFollow: () => "hear of the network's changes",
  watchDirectories: () => "hear of what is opened in the container",
  ifIndex: (subject) => `find the network interface '${subject}'`,
  listen: (subject) => `listen on the command socket '@${subject}'`,
  askMonitor: () => "ask the container's monitor",
  lock: (subject) => `lock '${subject}'`,
  supervise: () => "start init",
  relay: () => "join the terminals",
  replan: () => "ask for the next start",
  seccomp: () => "install the seccomp filter",
  seccompNotify: () => "connect to the proxy of the seccomp filter",
  bpfDevice: () => "install the device filter",
};

/** `make the directory '/x'`; what the engine names is better when the plan's was composed while it ran. */
export function actionText({ op, text }: Failure): string {
  const isPath = text.startsWith("/") && !text.includes("\n");
  const words = WORDS[op.op];
  const what = words === undefined ? op.sentence : words(op.subject === "" && isPath ? text : op.subject);
  return op.note === undefined ? what : `${what} (${op.note})`;
}
