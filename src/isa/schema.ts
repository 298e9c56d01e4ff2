// Owns the engine's instruction set: one row per op. The op types, encoder, checker,
// explainer and the C header (engine/isa.gen.h) all come from this table.
// Grow it only when no existing op will do; an op is one system call or one file write, or the same to several paths (`also`).

/**
 * Field kinds.
 * - `u32`, `u64`: immediates (u64 as bigint or number)
 * - `slot`: a slot some earlier op defined; `newSlot`: a slot this op defines; `slots`: a list
 * - `text`: a C string; `data`: bytes; both may contain references to slots
 * - `texts`: a list of C strings (argv, envp, mount options)
 * - `nums`: a list of u32 (gids, fd numbers)
 * - `ops`: a nested program, run by the process that this op makes
 * A trailing `?` marks an optional field.
 */
export type FieldKind =
  | "u32" | "u32?" | "u64" | "u64?"
  | "slot" | "slot?" | "newSlot" | "newSlot?" | "slots?"
  | "text" | "text?" | "data" | "data?" | "texts" | "texts?" | "nums" | "nums?"
  | "ops";

export interface OpRow {
  /** Stable number in the encoded plan. */
  readonly code: number;
  /** What the engine does, with the man page it comes from. */
  readonly doc: string;
  /** At most 8; the position is the index of the field in the encoded record. */
  readonly fields: Readonly<Record<string, FieldKind>>;
}

const at = "slot?"; // where a path is resolved: beneath this directory (openat2 RESOLVE_IN_ROOT), else as the host sees it

export const SCHEMA = {
  // descriptors
  open: { code: 1, doc: "openat2(2); O_CLOEXEC is added", fields: { at, path: "text", flags: "u32", mode: "u32?", into: "newSlot" } },
  close: { code: 2, doc: "close(2) the slot", fields: { slot: "slot" } },
  dup: { code: 3, doc: "dup3(2) onto a fixed descriptor number without O_CLOEXEC (stdio of what is executed)", fields: { slot: "slot", fd: "u32" } },
  closeInherited: { code: 4, doc: "close_range(2) of every descriptor > 2 that the caller left open, except those listed; quiet 1: and that of the events, of a process that stays when the plan is over", fields: { except: "nums?", quiet: "u32?" } },
  // mounts
  openTree: { code: 10, doc: "open_tree(2)", fields: { at, path: "text", flags: "u32", into: "newSlot" } },
  moveMount: { code: 11, doc: "move_mount(2); an empty path means the `at` slot itself", fields: { tree: "slot", at, path: "text", flags: "u32?" } },
  mountSetattr: { code: 12, doc: "mount_setattr(2) on a path, or with an empty path on the `at` slot; userns makes it an idmapped mount", fields: { at, path: "text", flags: "u32", set: "u64?", clear: "u64?", propagation: "u64?", userns: "slot?" } },
  fsMount: { code: 13, doc: "fsopen(2), fsconfig(2) of each option (`key` or `key=value`, `source=` included), fsmount(2)", fields: { type: "text", options: "texts?", attributes: "u32?", into: "newSlot" } },
  umount: { code: 14, doc: "umount2(2)", fields: { at, path: "text", flags: "u32?" } },
  pivotRoot: { code: 15, doc: "fchdir(2) to the slot, pivot_root(\".\", \".\"), umount2(\".\", MNT_DETACH), chdir(\"/\")", fields: { root: "slot" } },
  loopDevice: { code: 17, doc: "loop(4): LOOP_CTL_GET_FREE, LOOP_CONFIGURE of the file with LO_FLAGS_AUTOCLEAR; open in `into`, /dev/loopNUMBER", fields: { path: "text", readonly: "u32?", into: "newSlot", number: "newSlot" } },
  chroot: { code: 16, doc: "fchdir(2) to the slot, chroot(\".\"), chdir(\"/\")", fields: { root: "slot" } },
  // files
  chdir: { code: 20, doc: "chdir(2), or fchdir(2) of the `at` slot when the path is empty", fields: { at, path: "text" } },
  mkdir: { code: 21, doc: "mkdirat(2); an existing directory is no error; with parents the missing ones are made too. With `also` all of them are made and none was there, or none is left", fields: { at, path: "text", mode: "u32", parents: "u32?", also: "texts?" } },
  mknod: { code: 22, doc: "mknodat(2); also makes empty regular files (S_IFREG). An existing node of the same type is no error", fields: { at, path: "text", mode: "u32", device: "u64?" } },
  symlink: { code: 23, doc: "symlinkat(2)", fields: { at, path: "text", target: "text" } },
  unlink: { code: 24, doc: "unlinkat(2) with flags (AT_REMOVEDIR)", fields: { at, path: "text", flags: "u32?" } },
  rename: { code: 25, doc: "renameat2(2) with flags (RENAME_NOREPLACE)", fields: { path: "text", to: "text", flags: "u32?" } },
  chown: { code: 26, doc: "fchownat(2) without following a symlink; 0xffffffff leaves an id unchanged", fields: { at, path: "text", uid: "u32", gid: "u32" } },
  chmod: { code: 27, doc: "fchmodat(2) of something that is not a symlink", fields: { at, path: "text", mode: "u32" } },
  writeFile: { code: 28, doc: "open(2) with O_WRONLY and flags, one write(2) of all the data, close(2); then the same to each file of `also`, up to one that fails", fields: { at, path: "text", data: "data", flags: "u32?", mode: "u32?", also: "texts?" } },
  removeTree: { code: 29, doc: "removes a directory and what is below it (of a cgroup only the directories); a missing one is no error; never follows a symlink, never crosses a mount point; of those in `also` each is tried", fields: { at, path: "text", also: "texts?" } },
  copyTree: { code: 31, doc: "copies all that is in a directory, and what the directory itself is, into an empty one: ids, modes, times, names of one file, holes, extended attributes with ACLs and capabilities; blocks are shared where the file system can (ioctl_ficlone(2)); never follows a symlink", fields: { source: "slot", target: "slot" } },
  keepEvents: { code: 30, doc: "writes the plan and its events so far to a file; behind supervise, adds those since", fields: { path: "text" } },
  // processes
  clone: { code: 40, doc: "clone3(2) with flags; the child runs the body. A pair of sockets joins the two (post, await, sendFd, recvFd). With `join` it is made by a helper that has entered those namespaces by setns(2), and is this process's child all the same (CLONE_PARENT)", fields: { flags: "u64", name: "text", pid: "newSlot", pidfd: "newSlot?", cgroup: "slot?", body: "ops", join: "slots?" } },
  post: { code: 41, doc: "a numbered barrier: says #number to the child in `to`, else to the parent", fields: { number: "u32", to: "slot?" } },
  await: { code: 42, doc: "a numbered barrier: waits for #number from the child in `child`, else from the parent; EPIPE when it is gone, ETIMEDOUT when it says nothing for that many milliseconds", fields: { number: "u32", child: "slot?", timeout: "u64?" } },
  sendFd: { code: 43, doc: "SCM_RIGHTS: sends a descriptor to the child in `to`, else to the parent", fields: { slot: "slot", to: "slot?" } },
  recvFd: { code: 44, doc: "SCM_RIGHTS: receives a descriptor from the child in `child`, else from the parent", fields: { child: "slot?", into: "newSlot" } },
  waitExec: { code: 45, doc: "waits until the child has executed its program; EPIPE when it failed before", fields: { child: "slot" } },
  waitExit: { code: 46, doc: "waits until the pidfd's process ends; ETIMEDOUT after that many milliseconds; with `reap` it is a child of this process, nobody asks for its status, and it leaves no zombie", fields: { pidfd: "slot", timeout: "u64?", reap: "u32?" } },
  exitWith: { code: 47, doc: "waits for the child, then ends this process with its status (128+signal), else with the given status", fields: { child: "slot?", status: "u32?" } },
  setns: { code: 48, doc: "setns(2) with a namespace or pidfd", fields: { slot: "slot", flags: "u32" } },
  unshare: { code: 49, doc: "unshare(2)", fields: { flags: "u32" } },
  spawn: { code: 50, doc: "runs a helper and waits; its exit status is the errno-like result (E_STATUS); output is kept in the event. flags: SPAWN_*", fields: { argv: "texts", env: "texts?", stdin: "slot?", input: "data?", flags: "u32?", stdout: "slot?", timeout: "u64?" } },
  exec: { code: 51, doc: "execve(2); flags: EXEC_*", fields: { path: "text", argv: "texts", env: "texts", flags: "u32?", fallback: "texts?" } },
  initLoop: { code: 52, doc: "is pid 1: runs the program as a child, reaps, forwards signals, ends with its status", fields: { argv: "texts", env: "texts", flags: "u32?" } },
  getpid: { code: 53, doc: "getpid(2) into a slot", fields: { into: "newSlot" } },
  pidfdOpen: { code: 54, doc: "pidfd_open(2) of a pid that a record names, or the number in `file`, kept in `number`; ESRCH unless its start time (proc(5) stat field 22) is the recorded one; 0 skips that check", fields: { pid: "u32", startTime: "u64?", into: "newSlot", file: "text?", number: "newSlot?" } },
  kill: { code: 55, doc: "pidfd_send_signal(2)", fields: { pidfd: "slot", signal: "u32" } },
  setsid: { code: 56, doc: "setsid(2)", fields: {} },
  controllingTty: { code: 57, doc: "ioctl_tty(2) TIOCSCTTY", fields: { tty: "slot" } },
  joinParent: { code: 58, doc: "dies with a signal when its parent does (PR_SET_PDEATHSIG), checked against a parent already gone", fields: { signal: "u32" } },
  // identity and limits
  setIds: { code: 60, doc: "setgroups(2) unless KEEP_GROUPS, setresgid(2), setresuid(2)", fields: { uid: "u32", gid: "u32", groups: "nums?", flags: "u32?" } },
  capBounding: { code: 61, doc: "PR_CAPBSET_DROP of each capability in the mask", fields: { drop: "u64" } },
  caps: { code: 62, doc: "capset(2), then the ambient set", fields: { effective: "u64", permitted: "u64", inheritable: "u64", ambient: "u64?" } },
  rlimit: { code: 63, doc: "prlimit(2) on that process, else on this one", fields: { resource: "u32", soft: "u64", hard: "u64", pid: "slot?" } },
  prctl: { code: 64, doc: "prctl(2)", fields: { option: "u32", arg2: "u64?", arg3: "u64?", arg4: "u64?", arg5: "u64?" } },
  personality: { code: 65, doc: "personality(2)", fields: { value: "u32" } },
  joinKeyring: { code: 66, doc: "keyctl(2) KEYCTL_JOIN_SESSION_KEYRING, anonymous", fields: {} },
  seccomp: { code: 67, doc: "seccomp(2) SECCOMP_SET_MODE_FILTER with a compiled program", fields: { program: "data", flags: "u32?", into: "newSlot?" } },
  seccompNotify: { code: 69, doc: "seccomp_unotify(2): from now on this process passes what the listener reports on to the proxy at a unix socket, and its answers to the kernel; without a proxy the call fails with ENOSYS", fields: { listener: "slot", init: "slot", proxy: "text?", cookie: "text?" } },
  bpfDevice: { code: 68, doc: "bpf(2): loads a cgroup device program and attaches it to the cgroup directory in the slot; with BPF_F_REPLACE it takes the place of all that are attached there", fields: { program: "data", cgroup: "slot", flags: "u32?" } },
  // names, terminals, network, sockets
  hostname: { code: 70, doc: "sethostname(2)", fields: { name: "text" } },
  openPty: { code: 71, doc: "opens ptmx at the path, unlocks it, TIOCGPTPEER; its `size`, rows * 65536 + columns, else that of the engine's terminal if it has one", fields: { at, path: "text", master: "newSlot", peer: "newSlot", size: "u32?" } },
  netlink: { code: 72, doc: "netlink(7) NETLINK_ROUTE: sends each message with NLM_F_ACK and waits for its acknowledgement; through the socket of another network namespace it is that one that is changed, by this process's own rights", fields: { messages: "data", socket: "slot?" } },
  netlinkSocket: { code: 79, doc: "netlink(7) NETLINK_ROUTE: a socket of this network namespace, for a netlink op of another process", fields: { into: "newSlot" } },
  ifIndex: { code: 73, doc: "netdevice(7) SIOCGIFINDEX", fields: { name: "text", into: "newSlot" } },
  listen: { code: 74, doc: "unix(7): binds and listens on an abstract stream socket; EADDRINUSE when its name is taken", fields: { address: "text", into: "newSlot" } },
  lock: { code: 75, doc: "fcntl(2) F_OFD_SETLKW (F_OFD_SETLK with nowait) of a write lock on a file, made when missing; held until the slot closes", fields: { path: "text", into: "newSlot", nowait: "u32?" } },
  askMonitor: { code: 76, doc: "a request of LXC's command protocol to the monitor that listens on an abstract socket, and its reply: a number, a descriptor; what it holds for us it holds until the connection closes; EAGAIN when it says nothing for that many milliseconds; `give`: a descriptor for it", fields: { address: "text", kind: "u32", value: "u64?", connection: "newSlot", number: "newSlot", fd: "newSlot?", timeout: "u64?", give: "slot?" } },
  netlinkFollow: { code: 77, doc: "netlink(7) NETLINK_ROUTE: joins the groups, asks for each dump in turn, and copies to standard output what the kernel says, for as long as somebody reads it", fields: { messages: "data", groups: "u32" } },
  watchDirectories: { code: 78, doc: "inotify(7): writes a byte to standard output now, and whenever something in one of the directories is opened or made, for as long as somebody reads it; one that is missing is passed over", fields: { paths: "texts" } },

  // long-lived
  supervise: { code: 80, doc: "is the monitor until init ends: terminals, console log and ring, command socket, exit record.", fields: { pid: "slot", pidfd: "slot", listen: "slot?", console: "slot?", ttys: "slots?", record: "text", log: "text?", options: "texts?" } },
  relay: { code: 81, doc: "joins this terminal and a pty master until the process of the pidfd, or a connection, ends and the output is drained; raw mode, window size, restored at the end. After the key `escape`, q ends this process with 0 and undoes nothing. `resize` names a monitor that is told of a new size; flags: RELAY_*", fields: { master: "slot", pidfd: "slot", log: "slot?", escape: "u32?", greeting: "text?", resize: "text?", flags: "u32?" } },
  replan: { code: 82, doc: "asks the planner for the next plan (request kind and fields) and runs it in this process", fields: { request: "texts" } },
} as const satisfies Readonly<Record<string, OpRow>>;

/** Which run of the tail after `supervise` an op belongs to. */
export const WHEN = { always: 0, stop: 1, reboot: 2 } as const;

/** Flag words that only the engine gives a meaning to; kernel flags live in src/linux. */
export const FLAGS = {
  SPAWN_INHERIT_ENV: 1, // the caller's environment below `env`
  SPAWN_TOLD: 4, // its time and output are an event also when it said nothing
  SPAWN_INHERIT_STDIO: 2, // the caller's stdout and stderr instead of a capture
  EXEC_INHERIT_ENV: 1, // the caller's environment below `env`
  EXEC_SEARCH_PATH: 2, // execvp(3) lookup with the PATH of the new environment
  SETIDS_KEEP_GROUPS: 1,
  RELAY_STDIO: 1, // stdin and stdout as they are, terminals or not; the end of stdin, or SIGTERM, is like the escape
  RELAY_FORWARD: 2, // signals go to the process of the pidfd
  RELAY_PROGRAM: 4, // stdin and stdout are a program's pipes: the end of stdin ends nothing, and descriptor 5 tells sizes, each rows * 65536 + columns in four bytes
} as const;

/** Limits the engine's verifier enforces. */
export const LIMITS = { slots: 96, fields: 8, errnos: 4, depth: 5, ops: 16384, planBytes: 6 << 20 } as const;

/** Result of a `spawn` whose program ended with a non-zero status: E_STATUS + status. */
export const E_STATUS = 4096;

export const MAGIC = 0x48545242; // "BRTH"
export const PLAN_VERSION = 1;
