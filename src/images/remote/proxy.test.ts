import { expect, test } from "bun:test";
import { proxyFor } from "./proxy.ts";

const at = (url: string, env: Readonly<Record<string, string>>) => proxyFor(new URL(url), env);

test("each scheme has its own, all_proxy is for both", () => {
  const env = { http_proxy: "http://p:1", HTTPS_PROXY: "q:2" };
  expect([at("http://a/x", env), at("https://a/x", env), at("https://a/", { all_proxy: "http://r:3" }), at("http://a/", {})]).toEqual(["http://p:1", "http://q:2", "http://r:3", undefined]);
});
test("HTTP_PROXY in capitals is not taken", () => expect(at("http://a/", { HTTP_PROXY: "http://evil:1" })).toBeUndefined());
test("no_proxy: names, those below them, ports, everything", () => {
  const through = (url: string, rules: string) => at(url, { http_proxy: "http://p:1", no_proxy: rules }) !== undefined;
  expect([through("http://a.example.org/", "example.org"), through("http://example.org/", ".example.org"), through("http://badexample.org/", "example.org"), through("http://x/", "*")]).toEqual([false, false, true, false]);
  expect([through("http://x:81/", "x:80, y"), through("http://x/", "x:80, y"), through("http://[::1]:9/", "::1"), through("http://127.0.0.1:9/", "localhost 127.0.0.1")]).toEqual([true, false, true, false]);
});
