// Owns which proxy a request goes through: http_proxy, https_proxy, all_proxy and no_proxy, as curl(1) reads them.

type Environment = Readonly<Record<string, string>>;

/** HTTP_PROXY in capitals alone may come from a request to a CGI script, so curl does not take it; no more does Berth. */
const valueOf = (env: Environment, name: string): string | undefined => [env[name], name === "http_proxy" ? undefined : env[name.toUpperCase()]].find((value) => value !== undefined && value !== "");

/** `example.org`, `.example.org`, `example.org:8080`, `10.1.2.3`, `*`. */
function isExempt(url: URL, rule: string): boolean {
  if (rule === "*") return true;
  const [, host = "", port] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(rule.toLowerCase()) ?? [];
  if (port !== undefined && port !== (url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port)) return false;
  const bare = host.replace(/^\*?\./, "");
  const name = url.hostname.toLowerCase().replace(/^\[|\]$/g, "");
  return bare !== "" && (name === bare || name.endsWith(`.${bare}`));
}

/** undefined: straight to the server. */
export function proxyFor(url: URL, env: Environment): string | undefined {
  const rules = (valueOf(env, "no_proxy") ?? "").split(/[\s,]+/).filter((rule) => rule !== "");
  if (rules.some((rule) => isExempt(url, rule))) return undefined;
  const proxy = valueOf(env, url.protocol === "https:" ? "https_proxy" : "http_proxy") ?? valueOf(env, "all_proxy");
  return proxy === undefined || proxy.includes("://") ? proxy : `http://${proxy}`;
}
