import { expect, test } from "bun:test";
import type { Request } from "../model/request.ts";
import { asStartOptions, awaitRunningEntries, parseAwaitRunning, parseReboot, replanEntries } from "./reboot-request.ts";
import type { StartOptions } from "./verbs.ts";

const target = { name: "web", lxcpath: "/var/lib/lxc" };
const request = (argv: readonly string[]): Request =>
  ({ kind: "reboot", argv, cwd: "/", env: {}, pid: 1, uid: 0, euid: 0, gid: 0, egid: 0, isTty: [false, false, false], inheritedFds: [], cgroup: "", prefix: "/p" });

test("what a start says of itself comes back whole", () => {
  const options: StartOptions = { rcfile: "/a=b", define: ["lxc.tty.max=1", "lxc.x=y=z"], isDaemon: true, command: ["sh", "-c", "a=b c"], pidfile: "/p", console: "/c", consoleLog: "/l", closeAllFds: true, share: { net: "other" } };
  expect(parseReboot(request(replanEntries("start", target, options)))).toEqual({ verb: "start", target, options });
});

test("what is left out stays left out; execute's ids are definitions", () => {
  const options = asStartOptions({ define: ["a=b"], isDaemon: false, command: ["true"], closeAllFds: false, share: {}, uid: 5, gid: 6 });
  expect(parseReboot(request(replanEntries("execute", target, options)))).toEqual({
    verb: "execute", target, options: { define: ["a=b", "lxc.init.uid=5", "lxc.init.gid=6"], isDaemon: false, command: ["true"], closeAllFds: false, share: {} },
  });
});

test("another's words are refused", () => {
  expect(parseReboot(request(["verb=stop", "name=a", "lxcpath=/x"]))).toBeUndefined();
  expect(parseReboot(request([]))).toBeUndefined();
});

test("waiting for the end of a reboot is another request than the start in it", () => {
  const entries = awaitRunningEntries(target, -1);
  expect(parseAwaitRunning(request(entries))).toEqual({ target, timeout: -1 });
  expect(parseReboot(request(entries))).toBeUndefined();
  expect(parseAwaitRunning(request(["verb=start", "name=a", "lxcpath=/x", "timeout=1"]))).toBeUndefined();
});
