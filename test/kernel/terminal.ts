// Owns a person at a terminal: types keys, reads the screen, resizes, and looks whether the terminal is as it was.
import { closeSync, openSync, writeFileSync } from "node:fs";
import { encode } from "../../src/isa/encode.ts";
import type { Op } from "../../src/isa/op.ts";
import { ENGINE, op } from "./engine-run.ts";
import type { Scratch } from "./engine-run.ts";

/** A child with a pty of its own as controlling terminal: slots 3 master, 4 peer, 0 pid, 1 pidfd. */
export const onPty = (program: Op, more: readonly Op[], flags = 0): readonly Op[] => [
  op("openPty", { path: "/dev/ptmx", master: 3, peer: 4 }),
  op("clone", {
    flags, name: "child", pid: 0, pidfd: 1,
    body: [op("setsid", {}), op("controllingTty", { tty: 4 }), ...[0, 1, 2].map((fd) => op("dup", { slot: 4, fd })), program],
  }, { undo: [op("kill", { pidfd: 1, signal: 9 }, { onError: ["ESRCH"] })] }),
  op("close", { slot: 4 }),
  ...more,
];

/** Said when all is over. */
const LAST = "that was all";

export interface Seen { readonly status: number; readonly screen: string; readonly isRestored: boolean }

/** Somebody at a terminal who runs one shell line in a directory. */
class Typist {
  readonly #scratch: Scratch;
  readonly #child: Bun.Subprocess;
  readonly #chunks: Uint8Array[] = [];
  readonly #terminal: Bun.Terminal;
  #waiting: (() => void)[] = [];

  /** Of the line, `pid` is the process that the first `exec` names. */
  constructor(scratch: Scratch, line: string) {
    this.#scratch = scratch;
    this.#terminal = new Bun.Terminal({ cols: 91, rows: 37, data: (_, bytes) => { this.#chunks.push(bytes.slice()); this.#wake(); } });
    const whole = `cd ${scratch.dir}; stty -g > before; ${line}; echo $? > status; stty -g > after; printf '${LAST}'`;
    this.#child = Bun.spawn(["setsid", "-c", "-w", "bash", "-c", whole], { terminal: this.#terminal, env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TERM: "vt100" } });
  }

  #wake(): void { for (const wake of this.#waiting.splice(0)) wake(); }
  get bytes(): Buffer { return Buffer.concat(this.#chunks); }
  get screen(): string { return this.bytes.toString(); }
  get pid(): number { return Number(this.#scratch.read("pid")); }
  type(keys: string | Uint8Array): void { this.#terminal.write(keys); }
  resize(columns: number, rows: number): void { this.#terminal.resize(columns, rows); }

  async shows(text: string): Promise<void> {
    while (!this.screen.includes(text)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async end(): Promise<Seen> {
    await Promise.all([this.#child.exited, this.shows(LAST)]); // what was written may be read after the end
    const seen = { status: Number(this.#scratch.read("status")), screen: this.screen.slice(0, -LAST.length), isRestored: this.#scratch.read("before") === this.#scratch.read("after") };
    this.#terminal.close();
    return seen;
  }
}

export class Session extends Typist {
  /** `redirect` is shell text behind the engine: `< /dev/null`, say. */
  constructor(scratch: Scratch, ops: readonly Op[], redirect = "") {
    writeFileSync(scratch.path("plan"), encode({ verb: "test", name: "test", lxcpath: scratch.dir, ops }));
    super(scratch, `sh -c 'echo $$ > pid; exec ${ENGINE} run' 3< plan ${redirect}`);
  }
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** A command of a place's owner, at a terminal. */
export class CommandSession extends Typist {
  constructor(scratch: Scratch, argv: readonly string[], redirect = "") {
    super(scratch, `bash -c 'echo $$ > pid; exec "$@"' - ${argv.map(quoted).join(" ")} ${redirect}`);
  }
}

/** The engine without any terminal, its output in a file. */
export async function withoutTerminal(scratch: Scratch, ops: readonly Op[], stdin: string): Promise<{ readonly status: number; readonly out: string }> {
  writeFileSync(scratch.path("plan"), encode({ verb: "test", name: "test", lxcpath: scratch.dir, ops }));
  const plan = openSync(scratch.path("plan"), "r");
  const child = Bun.spawn(["setsid", "-w", ENGINE, "run"], { stdio: [new Blob([stdin]), "pipe", "inherit", plan] });
  closeSync(plan);
  const out = await new Response(child.stdout).text();
  return { status: await child.exited, out };
}
