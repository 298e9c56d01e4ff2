// Owns the lxc-* commands by shorter names: `berth rm web` is `lxc-destroy --trash web`, `lxc start web` is `lxc-start web`.

export interface Alias { readonly verb: string; readonly argv: readonly string[]; readonly does: string }

export const ALIASES: readonly Alias[] = [
  { verb: "create", argv: ["lxc-create"], does: "make a container" },
  { verb: "start", argv: ["lxc-start"], does: "start it in the background" },
  { verb: "exec", argv: ["lxc-attach"], does: "run a command in it" },
  { verb: "shell", argv: ["lxc-attach"], does: "a shell in it" },
  { verb: "console", argv: ["lxc-console"], does: "a login on it; <Ctrl+a q> leaves" },
  { verb: "stop", argv: ["lxc-stop"], does: "stop it" },
  { verb: "restart", argv: ["lxc-stop", "-r"], does: "ask it to restart; it comes back with its config as it is now" },
  { verb: "freeze", argv: ["lxc-freeze"], does: "stop it where it is, in memory" },
  { verb: "unfreeze", argv: ["lxc-unfreeze"], does: "let it go on" },
  { verb: "ls", argv: ["lxc-ls", "-f"], does: "list containers" },
  { verb: "info", argv: ["lxc-info"], does: "state, addresses, usage, last exit" },
  { verb: "top", argv: ["lxc-top"], does: "what the running ones use, on a screen" },
  { verb: "wait", argv: ["lxc-wait"], does: "wait for a state" },
  { verb: "snapshot", argv: ["lxc-snapshot"], does: "keep it as it is now" },
  { verb: "rm", argv: ["lxc-destroy", "--trash"], does: "remove it; berth undelete brings it back for seven days" },
  { verb: "explain", argv: ["lxc-start", "--explain"], does: "show the plan of its start, and do nothing" },
];

/** What a verb is called where it speaks: `berth rm`; also for those that stand for nothing. Anything else by its own name. */
export const spokenName = ([program = "berth", verb = ""]: readonly string[]): string => (program === "berth" && /^[a-z]/.test(verb) ? `berth ${verb}` : program);

/** `berth restart`: what it is for, and what it stands for. */
export function aliasAbout(name: string): string | undefined {
  const alias = ALIASES.find(({ verb }) => name === `berth ${verb}`);
  return alias === undefined ? undefined : `${alias.does.charAt(0).toUpperCase()}${alias.does.slice(1)}. The same as ${alias.argv.join(" ")}:`;
}

/** What a command is about, by the name it is called by. */
export function aboutAs(name: string, about: string): string {
  const as = aliasAbout(name);
  return as === undefined ? about : `${as} ${about}`;
}

/** The command line of the lxc-* command that answers; as it is for anything else. */
export function commandOf(argv: readonly string[]): readonly string[] {
  const [program, verb, ...rest] = argv;
  if (program === "lxc" && verb !== undefined) return [`lxc-${verb}`, ...rest];
  if (program !== "berth") return argv;
  const alias = ALIASES.find((one) => one.verb === verb);
  return alias === undefined ? argv : [...alias.argv, ...rest];
}
