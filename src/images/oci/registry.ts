// Owns talking to a registry: manifests and blobs by the distribution specification, and whoever it wants to know about first.
import { createHash } from "node:crypto";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { fetchFile, fetchPage, type Fetched, type Net } from "../remote/fetch.ts";
import type { OciPlace } from "./reference.ts";

export interface Login { readonly username: string; readonly password: string }
export interface Registry {
  /** The bytes of a manifest or an index, by tag or digest. */
  readonly manifest: (reference: string) => Promise<Result<{ readonly text: string; readonly digest: string }>>;
  readonly blob: (wish: { readonly digest: string; readonly size?: number; readonly path: string }) => Promise<Problem | undefined>;
}

const ACCEPT = [
  "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");
const DOCUMENT_MAX = 4 << 20;

/** A registry of this machine speaks http, as all programs take it. */
const isLocal = (registry: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(registry);
const basic = ({ username, password }: Login): string => `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;

/** RFC 7235: `Bearer realm="…",service="…",scope="…"`. */
function challengeOf(text: string): { readonly scheme: string; readonly values: ReadonlyMap<string, string> } {
  const [, scheme = "", rest = ""] = /^\s*(\w+)\s*(.*)$/.exec(text) ?? [];
  return { scheme: scheme.toLowerCase(), values: new Map([...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value])) };
}

function tokenOf(text: string): string | undefined {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== "object" || json === null) return undefined;
    const token: unknown = "token" in json ? json.token : "access_token" in json ? json.access_token : undefined;
    return typeof token === "string" ? token : undefined;
  } catch {
    return undefined;
  }
}

const refused = (registry: string, login: Login | undefined, cause: string | undefined): Problem => ({
  code: "image.fetch", text: login === undefined ? `the registry '${registry}' wants a login` : `the registry '${registry}' does not take the login of '${login.username}'`,
  ...(cause === undefined ? {} : { cause }), remedy: "--username NAME and --password-file FILE",
});

export interface RegistryWish { readonly place: OciPlace & { readonly kind: "registry" }; readonly login?: Login; readonly net: Net }

/** The answer to "who are you": a header for all that follows. */
async function authorize({ place, login, net }: RegistryWish, challenge: string): Promise<Result<string>> {
  const { scheme, values } = challengeOf(challenge);
  if (scheme === "basic") return login === undefined ? fail(refused(place.registry, login, undefined)) : ok(basic(login));
  const realm = values.get("realm");
  if (scheme !== "bearer" || realm === undefined || !/^https?:\/\//.test(realm)) return fail(refused(place.registry, login, `it asks for '${challenge}', which nobody knows`));
  if (realm.startsWith("http:") && !isLocal(new URL(realm).host) && !isLocal(place.registry)) return fail(refused(place.registry, login, `it wants the login sent without encryption, to '${realm}'`));
  const door = new URL(realm);
  door.searchParams.set("scope", values.get("scope") ?? `repository:${place.name}:pull`);
  const service = values.get("service");
  if (service !== undefined) door.searchParams.set("service", service);
  const page = await fetchPage(door.href, { ...net, headers: login === undefined ? {} : { Authorization: basic(login) } }, DOCUMENT_MAX);
  if (!page.ok) return fail(page.why.status === 401 || page.why.status === 403 ? refused(place.registry, login, page.problem.cause) : page.problem);
  const token = tokenOf(new TextDecoder().decode(page.value.bytes));
  return token === undefined ? fail(refused(place.registry, login, `'${realm}' gave no token`)) : ok(`Bearer ${token}`);
}

export function openRegistry(wish: RegistryWish): Registry {
  const { place } = wish;
  const net: Net = { ...wish.net, isTlsOnly: true };
  const base = `${isLocal(place.registry) ? "http" : "https"}://${place.registry}/v2/${place.name}`;
  let authorization: string | undefined;

  /** Asks once as it is, then as somebody. */
  async function known<T>(ask: (net: Net) => Promise<Fetched<T>>, headers: Readonly<Record<string, string>>): Promise<Result<T>> {
    const told = ({ problem, why }: Extract<Fetched<T>, { readonly ok: false }>): Problem => (why.isAbsent ? { ...problem, remedy: "check the image's name and its tag" } : problem);
    const once = (): Promise<Fetched<T>> => ask({ ...net, headers: { ...headers, ...(authorization === undefined ? {} : { Authorization: authorization }) } });
    const first = await once();
    if (first.ok) return ok(first.value);
    if (first.why.status !== 401 || first.why.challenge === undefined) return fail(told(first));
    const asked = await authorize(wish, first.why.challenge);
    if (!asked.ok) return asked;
    authorization = asked.value;
    const second = await once();
    if (second.ok) return ok(second.value);
    return fail(second.why.status === 401 || second.why.status === 403 ? refused(place.registry, wish.login, second.problem.cause) : told(second));
  }

  return {
    manifest: async (reference) => {
      const page = await known((as) => fetchPage(`${base}/manifests/${reference}`, as, DOCUMENT_MAX), { Accept: ACCEPT });
      if (!page.ok) return page;
      const digest = `sha256:${createHash("sha256").update(page.value.bytes).digest("hex")}`;
      if (reference.startsWith("sha256:") && reference !== digest) return fail({ code: "image.checksum", text: `'${base}/manifests/${reference}' is not what it should be`, cause: `its digest is ${digest}` });
      return ok({ text: new TextDecoder().decode(page.value.bytes), digest });
    },
    blob: async ({ digest, size, path }) => {
      const got = await known((as) => fetchFile({ url: `${base}/blobs/${digest}`, path, stage: `layer ${digest.slice(7, 19)}`, isKnown: true, ...(size === undefined ? {} : { size }) }, as), {});
      return got.ok ? undefined : got.problems[0];
    },
  };
}
