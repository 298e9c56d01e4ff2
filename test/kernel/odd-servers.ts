// Owns servers on loopback that are not what a client takes them for: one whose certificate nobody knows, one that wants a login as a proxy
// does, one that speaks no http, one that hangs up.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecure } from "node:https";
import { createServer as createRaw, type Server } from "node:net";
import { join } from "node:path";

export interface OddServers {
  /** An image server without images, by its own certificate. */
  readonly tls: string;
  readonly certificate: string;
  /** Speaks http, and answers 407 to whatever a proxy is asked. */
  readonly plain: string;
  readonly rubbish: string;
  readonly silent: string;
  readonly close: () => void;
}

const listening = (server: Server): Promise<number> => new Promise((resolve) => {
  server.listen(0, "127.0.0.1", () => { const at = server.address(); resolve(at !== null && typeof at === "object" ? at.port : 0); });
});

export async function oddServers(work: string): Promise<OddServers> {
  mkdirSync(work, { recursive: true });
  const [key, certificate] = [join(work, "key.pem"), join(work, "certificate.pem")];
  const made = spawnSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
  const tls = createSecure({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, answer) => answer.end("tiny;one;amd64;default;20261101_05:24;/none/\n"));
  const plain = createServer((_, answer) => answer.writeHead(407, { "proxy-authenticate": "Basic realm=test" }).end("no\n"));
  plain.on("connect", (_, socket) => { socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=test\r\n\r\n"); });
  const rubbish = createRaw((socket) => { socket.on("error", () => undefined); socket.end("SSH-2.0-Rubbish\r\n"); });
  const silent = createRaw((socket) => { socket.on("error", () => undefined); socket.destroy(); });
  const [a, b, c, d] = [await listening(tls), await listening(plain), await listening(rubbish), await listening(silent)];
  return {
    certificate, tls: `https://localhost:${a}`, plain: `http://127.0.0.1:${b}`, rubbish: `http://127.0.0.1:${c}`, silent: `http://127.0.0.1:${d}`,
    close: () => { tls.closeAllConnections(); plain.closeAllConnections(); for (const server of [tls, plain, rubbish, silent]) server.close(); },
  };
}
