// Owns signal(7): names and numbers (x86_64 and aarch64 share them), in the words a config may use.

export const SIGNALS = {
  HUP: 1, INT: 2, QUIT: 3, ILL: 4, TRAP: 5, ABRT: 6, IOT: 6, BUS: 7, FPE: 8, KILL: 9, USR1: 10, SEGV: 11, USR2: 12,
  PIPE: 13, ALRM: 14, TERM: 15, STKFLT: 16, CHLD: 17, CLD: 17, CONT: 18, STOP: 19, TSTP: 20, TTIN: 21, TTOU: 22,
  URG: 23, XCPU: 24, XFSZ: 25, VTALRM: 26, PROF: 27, WINCH: 28, IO: 29, POLL: 29, PWR: 30, SYS: 31, UNUSED: 31,
} as const satisfies Readonly<Record<string, number>>;

export const SIGKILL = SIGNALS.KILL;
export const SIGINT = SIGNALS.INT;
export const SIGTERM = SIGNALS.TERM;
export const SIGPWR = SIGNALS.PWR;

/** The first real-time signal a program may use: the C library keeps 32 and 33 for itself. */
export const RTMIN = 34;
export const RTMAX = 64;

const isName = (name: string): name is keyof typeof SIGNALS => Object.hasOwn(SIGNALS, name);
/** With SIG, as a config writes them. */
export const signalNames = (): readonly string[] => Object.keys(SIGNALS).map((name) => `SIG${name}`);

function realTime(text: string): number | undefined {
  const [, base, sign, digits] = /^SIGRT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(text) ?? [];
  if (base === undefined) return undefined;
  const offset = Number(digits ?? "0") * (sign === "-" ? -1 : 1);
  const value = (base === "MIN" ? RTMIN : RTMAX) + offset;
  return value >= RTMIN && value <= RTMAX ? value : undefined;
}

const NINE = 0x39;

/** `9`, `SIGKILL`, `SIGRTMIN+3`, `SIGRTMAX-1`: the number, if it is one. The SIG prefix is required, as in LXC. */
export function signalNumber(text: string): number | undefined {
  if (text.charCodeAt(0) <= NINE && /^\d{1,3}$/.test(text)) {
    const value = Number(text);
    return value >= 1 && value <= RTMAX ? value : undefined;
  }
  if (!text.startsWith("SIG")) return undefined;
  const name = text.slice(3);
  return isName(name) ? SIGNALS[name] : realTime(text);
}

/** `SIGKILL`, `SIGRTMIN+3`, or the number itself. */
export function signalName(value: number): string {
  const name = Object.keys(SIGNALS).filter(isName).find((each) => SIGNALS[each] === value);
  if (name !== undefined) return `SIG${name}`;
  if (value < RTMIN || value > RTMAX) return String(value);
  return value === RTMIN ? "SIGRTMIN" : `SIGRTMIN+${value - RTMIN}`;
}
