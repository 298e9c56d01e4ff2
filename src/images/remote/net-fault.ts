// Owns what a failed request means for its user: what the runtime's error says in plain words, and what can be done about it.

/** Why a try failed. `isFinal`: no further try will do better. */
export interface Fault { readonly text: string; readonly remedy?: string; readonly isFinal: boolean; readonly isFull?: boolean }
export interface Asked {
  readonly url: URL;
  readonly proxy?: string | undefined;
  /** What else the user could name: `another server with --server`. */
  readonly elsewhere?: string | undefined;
  /** Nothing else is spoken with it. */
  readonly isTlsOnly?: boolean | undefined;
}

/** Names and passwords in a URL are nobody else's business. */
export function shownUrl(text: string): string {
  return text.replace(/^([a-z]+:\/\/)[^/@\s]*@/i, "$1");
}

interface Said { readonly code: string; readonly message: string }
/** Bun's error says it itself, Node's has the reason as its cause. */
function saidBy(error: unknown): Said {
  const inner: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = inner instanceof Error && "code" in inner && typeof inner.code === "string" ? inner.code : "";
  const message = inner instanceof Error ? inner.message : String(inner);
  return { code, message: (message.split("\n")[0] ?? "").replace(/ For more information, pass `verbose.*$/, "") };
}

const or = (...ways: readonly (string | undefined)[]): string => ways.filter((way) => way !== undefined).join("; or ");
const portOf = ({ port, protocol }: URL): string => (port !== "" ? port : protocol === "https:" ? "443" : "80");

/** The line went dead, whoever's fault that is. */
const DEAD = /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|ConnectionClosed)$/;

/** An answer had begun: what was there of it is no reason to look for another server, or to speak TLS. */
export const isBrokenOff = (error: unknown): boolean => DEAD.test(saidBy(error).code);

type Rule = readonly [RegExp, (said: Said, asked: Asked, peer: { readonly name: string; readonly host: string; readonly port: string }) => Fault];
const RULES: readonly Rule[] = [
  [/^(ECONNREFUSED|ConnectionRefused)$/, (_, { proxy, elsewhere }, { name, host, port }) => ({
    text: `${name} refuses the connection: nothing answers at port ${port} of '${host}'`, isFinal: false,
    remedy: proxy === undefined ? or("check the server's name and port, and that it is up", elsewhere) : "check http_proxy, https_proxy and all_proxy, or name the server in no_proxy",
  })],
  [/^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL)$/, (_, { elsewhere }, { name, host }) => ({ text: `${name} cannot be found: nobody knows the name '${host}'`, isFinal: false, remedy: or(`check its spelling, and whether this host can look names up (getent hosts ${host})`, elsewhere) })],
  [/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, (_, { elsewhere }, { host }) => ({ text: `there is no way to '${host}'`, isFinal: false, remedy: or("check this host's network (ip route), and a firewall on the way", elsewhere) })],
  [/^(CERT_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_|ERR_TLS_CERT_|HOSTNAME_MISMATCH)/, ({ message }, { elsewhere }, { host }) => ({
    text: `'${host}' cannot prove that it is '${host}': ${message}`, isFinal: true, remedy: or("check this host's clock, and its certificates (apt-get install ca-certificates)", "name a file with the certificate of who signed it in SSL_CERT_FILE", elsewhere),
  })],
  [/^(EPROTO|ERR_SSL_)/, (_, { url, elsewhere, isTlsOnly }) => ({ text: `'${url.host}' does not speak TLS there`, isFinal: true, remedy: or(isTlsOnly === true ? "check its port; a registry without TLS is only spoken to on this machine itself, as localhost" : `if nobody minds who reads and changes what comes: http://${url.host}`, elsewhere) })],
  [DEAD, (_, { url, elsewhere }, { name }) => ({ text: `${name} closed the connection before it had answered`, isFinal: false, remedy: or(url.protocol === "http:" ? `it may want https://${url.host}` : "try again later", elsewhere) })],
  [/^(Malformed_HTTP_Response|HPE_)/, (_, { elsewhere }, { name }) => ({ text: `${name} does not speak http`, isFinal: true, remedy: or("check its name and port", elsewhere) })],
  [/^ERR_PROXY_TUNNEL$/, ({ message }, _, { name }) => proxyFault(name, message.replace(/^.*: /, ""))],
  [/^UnsupportedProxyProtocol$/, (_, { proxy = "" }) => ({ text: `the proxy '${shownUrl(proxy)}' is of a kind that cannot be used`, isFinal: true, remedy: "http://HOST:PORT or https://HOST:PORT in http_proxy and https_proxy" })],
  [/^(ENOSPC|EDQUOT)$/, () => ({ text: "there is no space left where images are kept", isFinal: true, isFull: true, remedy: "free some space, or set LXC_CACHE_PATH to a directory that has some" })],
  [/^(EACCES|EPERM|EROFS|EISDIR|ENOTDIR)$/, ({ message }) => ({ text: `it cannot be kept: ${message}`, isFinal: true, remedy: "set LXC_CACHE_PATH to a directory that you may write to" })],
];

/** What a proxy says by itself. */
const proxyFault = (name: string, answer: string): Fault => ({
  text: `${name} refuses: ${answer}`, isFinal: answer.startsWith("4"),
  remedy: answer.startsWith("407") ? "put its login into http_proxy and https_proxy: http://NAME:PASSWORD@HOST:PORT" : "check http_proxy and https_proxy, or name the server in no_proxy",
});

export function faultOf(error: unknown, asked: Asked): Fault {
  const said = saidBy(error);
  const { url, proxy } = asked;
  const peer = proxy === undefined ? url : URL.parse(proxy) ?? url;
  const name = proxy === undefined ? "the server" : `the proxy '${shownUrl(proxy)}'`;
  const rule = RULES.find(([code]) => code.test(said.code));
  return rule?.[1](said, asked, { name, host: peer.hostname, port: portOf(peer) }) ?? { text: said.message, isFinal: false, remedy: or("try again", asked.elsewhere) };
}

const LATER = 500;
/** Statuses that a second try may do away with. */
const mayPass = (status: number): boolean => status >= LATER || status === 408 || status === 425 || status === 429;

/** What an answer that is none says. */
export function statusFault(status: number, words: string, { elsewhere, proxy }: Asked): Fault {
  const said = `${status}${words === "" ? "" : ` ${words}`}`;
  if (status === 407) return proxyFault(proxy === undefined ? "the proxy" : `the proxy '${shownUrl(proxy)}'`, said);
  const isFinal = !mayPass(status);
  const remedy = status === 404 || status === 410 ? or("check the server's name", elsewhere) : status === 401 || status === 403 ? or("ask whoever runs the server who may have it", elsewhere) : or(isFinal ? "check the server's name" : "try again later", elsewhere);
  return { text: `the server says ${said}`, isFinal, remedy };
}
