// Owns files in and out of a running container: cat(1) of the container does it, so no path is looked up outside, whatever links there are.
import type { Container } from "./container.ts";
import { BerthError } from "./error.ts";

/** How a file is made inside. */
export interface WriteOptions {
  /** Permissions of a file that is new; 0644 unless said. */
  readonly mode?: number;
  /** Who writes it, by ids inside; root unless said. */
  readonly uid?: number;
  /** As `uid`, of the group. */
  readonly gid?: number;
}

/** Bytes as they come; read to the end it throws where the file could not be. */
export async function* readFrom(container: Container, path: string): AsyncGenerator<Uint8Array, void, void> {
  const run = await container.exec(["cat", "--", path]);
  const complaint = run.stderr.text(); // a stream that nobody listens to is closed with the command
  yield* run.stdout;
  if ((await run.ended).status !== 0) throw new BerthError([{ code: "file.inside", text: `'${path}' cannot be read in ${container.name}`, cause: (await complaint).trim() }]);
}

const SCRIPT = 'umask 077; new=; [ -e "$1" ] || new=1; cat > "$1" && { [ -z "$new" ] || chmod "$2" "$1"; }';

/** Replaces what is in the file; its directory must be there. */
export async function writeTo(container: Container, path: string, source: string | Uint8Array | AsyncIterable<Uint8Array>, { mode = 0o644, uid, gid }: WriteOptions = {}): Promise<void> {
  const run = await container.exec(["sh", "-c", SCRIPT, "sh", path, mode.toString(8)], { stdin: "pipe", ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) });
  const { stdin } = run;
  try {
    if (typeof source === "string" || source instanceof Uint8Array) stdin?.end(source);
    else await pour(source, stdin);
  } catch (error) {
    run.kill(); // else it would wait for the rest for ever
    throw error;
  }
  const { status, stderr } = await run.output();
  if (status !== 0) throw new BerthError([{ code: "file.inside", text: `'${path}' cannot be written in ${container.name}`, cause: stderr.trim() }]);
}

/** Until it takes more, or nothing any more. */
const roomIn = (stdin: NodeJS.WritableStream): Promise<void> => new Promise((resolve) => {
  const events = ["drain", "close", "error"] as const;
  const done = (): void => { for (const event of events) stdin.off(event, done); resolve(); };
  for (const event of events) stdin.on(event, done);
});

/** As fast as the other side reads. */
async function pour(source: AsyncIterable<Uint8Array>, stdin: NodeJS.WritableStream | null): Promise<void> {
  for await (const chunk of source) {
    if (stdin === null || !stdin.writable) return;
    if (!stdin.write(chunk)) await roomIn(stdin);
  }
  stdin?.end();
}
