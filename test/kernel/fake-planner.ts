// Owns an installed tree with the real engine and a planner that a test scripts.
import { chmodSync, closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFrame, writeExit, writeOut, writePlan } from "../../src/host/frames.ts";
import { decodeRequest } from "../../src/host/request.ts";
import { encode } from "../../src/isa/encode.ts";
import type { Op } from "../../src/isa/op.ts";
import type { Request } from "../../src/model/request.ts";
import { ENGINE } from "./engine-run.ts";

export interface Ended { readonly status: number | null; readonly signal: string | number | null; readonly out: string; readonly err: string }
export interface LaunchOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly args?: readonly string[];
  /** Put before the command: `["setpriv", "--clear-groups"]`, say. */
  readonly under?: readonly string[];
  readonly inherited?: readonly number[];
}

/** Frames as bytes, for a planner that only copies a file to its socket. */
class Frames {
  readonly #path: string;
  readonly #fd: number;
  constructor(path: string) { this.#path = path; this.#fd = openSync(path, "w"); }
  out(descriptor: 1 | 2, text: string): this { writeOut(this.#fd, descriptor, text); return this; }
  exit(status: number): this { writeExit(this.#fd, status); return this; }
  plan(ops: readonly Op[], notes = ""): this { writePlan(this.#fd, encode({ verb: "test", name: "test", lxcpath: "/", ops }, notes)); return this; }
  end(): string { closeSync(this.#fd); return this.#path; }
}

export class Installed implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), "berth-prefix-"));
  readonly planner = join(this.dir, "libexec/berth/berth-planner");

  constructor() {
    mkdirSync(join(this.dir, "libexec/berth"), { recursive: true });
    mkdirSync(join(this.dir, "bin"));
    copyFileSync(ENGINE, join(this.dir, "libexec/berth/berth-engine"));
    symlinkSync("../libexec/berth/berth-engine", join(this.dir, "bin/lxc-test"));
    chmodSync(this.dir, 0o755);
  }

  path(name: string): string { return join(this.dir, name); }
  frames(name: string): Frames { return new Frames(this.path(name)); }

  /** A shell script: descriptor 3 is the socket. */
  script(body: string): void {
    writeFileSync(this.planner, `#!/bin/bash\n${body}\n`);
    chmodSync(this.planner, 0o755);
  }

  /** A planner that keeps the n-th request in `request.N` and answers with the n-th file of frames. */
  answers(...files: readonly string[]): void {
    this.script(`
n=1; while ! mkdir "${this.dir}/turn.$n" 2>/dev/null; do n=$((n + 1)); done
head -c 8 <&3 > "${this.dir}/request.$n"
size=$(od -An -tu4 -j4 -N4 "${this.dir}/request.$n")
head -c $size <&3 >> "${this.dir}/request.$n"
${files.map((file, i) => `[ $n = ${i + 1} ] && cat "${file}" >&3`).join("\n")}
exit 0`);
  }

  hasRequest(number: number): boolean { return existsSync(this.path(`request.${number}`)); }

  request(number: number): Request {
    const fd = openSync(this.path(`request.${number}`), "r");
    try {
      const frame = readFrame(fd);
      if (frame === undefined) throw new Error("no whole request");
      return decodeRequest(frame.payload);
    } finally {
      closeSync(fd);
    }
  }

  spawn(options: LaunchOptions = {}): Bun.Subprocess<"ignore", "pipe", "pipe"> {
    return Bun.spawn([...(options.under ?? []), this.path("bin/lxc-test"), ...(options.args ?? [])], {
      stdio: ["ignore", "pipe", "pipe", ...(options.inherited ?? [])], env: options.env ?? { PATH: "/usr/bin:/bin" }, cwd: options.cwd ?? "/",
    });
  }

  async launch(options: LaunchOptions = {}): Promise<Ended> {
    const child = this.spawn(options);
    const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    await child.exited;
    return { status: child.exitCode, signal: child.signalCode, out, err };
  }

  read(name: string): string { return readFileSync(this.path(name), "utf8"); }
  [Symbol.dispose](): void { rmSync(this.dir, { recursive: true, force: true }); }
}
