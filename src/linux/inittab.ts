// Owns what /etc/inittab says of a boot: whether a login prompt will come, and what runs before it.

export interface Inittab {
  readonly hasPrompt: boolean;
  /** The programs whose end init waits for. */
  readonly bootPrograms: readonly string[];
}

/** Of busybox and of sysvinit. */
const AWAITED: ReadonlySet<string> = new Set(["sysinit", "boot", "bootwait", "wait"]);
const PROMPT = /getty|login/;

/** `id:runlevels:action:process` */
export function parseInittab(text: string): Inittab {
  const entries = text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#")).flatMap((line) => {
    const [, , action, ...process] = line.split(":");
    return action === undefined ? [] : [{ action, process: process.join(":").trim() }];
  });
  return {
    hasPrompt: entries.some(({ action, process }) => action === "askfirst" || (action !== "off" && PROMPT.test(process))),
    bootPrograms: entries.filter(({ action }) => AWAITED.has(action)).map(({ process }) => process.replace(/^[-+@]+/, "").split(/\s/, 1)[0] ?? "").filter((program) => program !== ""),
  };
}
