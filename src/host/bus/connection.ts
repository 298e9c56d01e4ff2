// Owns a connection to a D-Bus daemon or to systemd's own socket: who we are (EXTERNAL), calls and their replies, signals;
// each wait has an end.
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { Message, MethodCall } from "../../linux/dbus/message.ts";
import { decodeMessage, encodeCall } from "../../linux/dbus/message.ts";
import { BadMessage } from "../../linux/dbus/marshal.ts";

/** Why a bus was of no use; `name` is D-Bus' own where it has answered with an error. */
export class BusError extends Error {
  readonly errorName: string | undefined;
  constructor(message: string, errorName?: string) {
    super(message);
    this.errorName = errorName;
  }
}

export interface Connection {
  readonly call: (call: Omit<MethodCall, "serial">) => Promise<Message>;
  /** The first signal of that name, come or to come, for which `isIt`. */
  readonly signal: (member: string, isIt: (message: Message) => boolean) => Promise<Message>;
  readonly close: () => void;
}

interface Waiter { readonly isFor: (message: Message) => boolean; readonly done: (message: Message) => void; readonly failed: (error: BusError) => void }

const CR_LF = "\r\n";

/** The conversation before the first message: a NUL, then our uid in hex, then the word to begin. */
const hello = (uid: number): string => `\0AUTH EXTERNAL ${[...String(uid)].map((digit) => digit.charCodeAt(0).toString(16)).join("")}${CR_LF}`;

class Wire {
  private bytes: Uint8Array = new Uint8Array(0);
  private readonly waiters: Waiter[] = [];
  private readonly signals: Message[] = [];
  private isAuthenticated = false;
  private failure: BusError | undefined;
  private serial = 0;
  private welcome: (() => void) | undefined;

  private readonly socket: Socket;
  private readonly where: string;
  deadline: number;

  constructor(socket: Socket, where: string, deadline: number) {
    this.socket = socket;
    this.where = where;
    this.deadline = deadline;
    socket.on("data", (bytes) => { this.take(bytes); });
    socket.on("error", (error) => { this.fail(new BusError(`${where}: ${"code" in error ? String(error.code) : error.message}`)); });
    socket.on("close", () => { this.fail(new BusError(`${where} has hung up`)); });
  }
  fail(error: BusError): void {
    this.failure ??= error;
    for (const waiter of this.waiters.splice(0)) waiter.failed(this.failure);
  }
  private take(more: Uint8Array): void {
    const joined = new Uint8Array(this.bytes.length + more.length);
    joined.set(this.bytes);
    joined.set(more, this.bytes.length);
    this.bytes = joined;
    try {
      if (!this.isAuthenticated) this.readWelcome();
      if (this.isAuthenticated) this.readMessages();
    } catch (error) {
      if (!(error instanceof BadMessage) && !(error instanceof RangeError)) throw error;
      this.fail(new BusError(`${this.where} answers what is no D-Bus: ${error.message}`));
    }
  }
  private readWelcome(): void {
    const end = this.bytes.indexOf(10);
    if (end < 0 && this.bytes.length < 4096) return;
    const line = new TextDecoder().decode(this.bytes.subarray(0, Math.max(0, end))).trim();
    if (!line.startsWith("OK ")) { this.fail(new BusError(`${this.where} does not let us in: ${line.slice(0, 80)}`)); return; }
    this.bytes = this.bytes.subarray(end + 1);
    this.isAuthenticated = true;
    this.socket.write(`BEGIN${CR_LF}`);
    this.welcome?.();
  }
  private readMessages(): void {
    for (;;) {
      const found = decodeMessage(this.bytes);
      if (found === undefined) return;
      this.bytes = this.bytes.subarray(found.size);
      const { message } = found;
      const at = this.waiters.findIndex(({ isFor }) => isFor(message));
      if (at >= 0) this.waiters.splice(at, 1)[0]?.done(message);
      else if (message.kind === "signal") this.signals.push(message);
    }
  }
  private within<T>(what: string, begin: (done: (value: T) => void, failed: (error: BusError) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) { reject(this.failure); return; }
      const timer = setTimeout(() => { reject(new BusError(`${this.where} does not answer (${what})`)); }, Math.max(1, this.deadline - performance.now()));
      begin((value) => { clearTimeout(timer); resolve(value); }, (error) => { clearTimeout(timer); reject(error); });
    });
  }
  authenticate(uid: number): Promise<void> {
    return this.within("who we are", (done, failed) => {
      this.waiters.push({ isFor: () => false, done: () => undefined, failed });
      this.welcome = () => { this.waiters.shift(); done(undefined); };
      this.socket.write(hello(uid));
    });
  }
  async call(call: Omit<MethodCall, "serial">): Promise<Message> {
    const serial = ++this.serial;
    const reply = await this.within<Message>(call.member, (done, failed) => {
      this.waiters.push({ isFor: ({ replySerial, kind }) => replySerial === serial && kind !== "signal", done, failed });
      this.socket.write(encodeCall({ ...call, serial }));
    });
    if (reply.kind !== "error") return reply;
    const [text] = reply.body;
    throw new BusError(typeof text === "string" ? text : reply.errorName ?? "an error without words", reply.errorName);
  }
  signal(member: string, isIt: (message: Message) => boolean): Promise<Message> {
    const isFor = (message: Message): boolean => message.kind === "signal" && message.member === member && isIt(message);
    const early = this.signals.find(isFor);
    return early === undefined ? this.within(member, (done, failed) => { this.waiters.push({ isFor, done, failed }); }) : Promise.resolve(early);
  }
}

/** Until when (of performance.now) a first word is waited for, and all that follows it, if that may take longer. */
export interface Patience { readonly deadline: number; readonly end?: number }

/** Connects and says who we are. A bus that answers this is alive: what it is asked for may take its time on a busy host. */
export async function openConnection(path: string, { uid, deadline, end = deadline }: Patience & { readonly uid: number }): Promise<Connection> {
  const socket = connect(path);
  const wire = new Wire(socket, path, deadline);
  try {
    await wire.authenticate(uid);
    wire.deadline = end;
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return { call: (call) => wire.call(call), signal: (member, isIt) => wire.signal(member, isIt), close: () => { socket.destroy(); } };
}
