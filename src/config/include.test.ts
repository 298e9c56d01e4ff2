import { expect, test } from "bun:test";
import { mustLoad, problemsOf, readerOf } from "./golden/load.ts";
import { readConfig, shippedPath, syntaxText } from "./index.ts";

test("a file takes effect in the place of its line", () => {
  const files = { "/etc/a.conf": "lxc.tty.max = 2\nlxc.pty.max = 20\n" };
  const { spec } = mustLoad("lxc.tty.max = 1\nlxc.include = /etc/a.conf\nlxc.pty.max = 30\n", files);
  expect([spec.ttyMax.value, spec.ptyMax.value]).toEqual([2, 30]);
  expect(spec.ttyMax.from).toEqual({ kind: "config", file: "/etc/a.conf", line: 1, column: 1, key: "lxc.tty.max" });
});

test("of a directory all *.conf count, in the order of their names", () => {
  const files = {
    "/etc/d": ["20-b.conf", "10-a.conf", "README", ".conf", "x.conf.old"],
    "/etc/d/10-a.conf": "lxc.group = a\n", "/etc/d/20-b.conf": "lxc.group = b\n",
  };
  expect(mustLoad("lxc.include = /etc/d\nlxc.group = c\n", files).spec.groups).toEqual(["a", "b", "c"]);
  expect(mustLoad("lxc.include = /etc/d/\n", files).spec.groups).toEqual(["a", "b"]);
});

test("a missing directory is fine, a missing file is not", () => {
  expect(problemsOf("lxc.include = /etc/none/\n")).toEqual([]);
  expect(problemsOf("\nlxc.include = /etc/none\n")).toEqual([
    "config:2:15 error config.include: '/etc/none' does not exist; correct the path, or end it with '/' if it is a directory that may be missing",
  ]);
});

test("the including line is named, also deep down", () => {
  const files = { "/etc/a.conf": "# first\nlxc.include = /etc/none\n" };
  expect(problemsOf("lxc.include = /etc/a.conf\n", files)).toEqual([
    "/etc/a.conf:2:15 error config.include: '/etc/none' does not exist; correct the path, or end it with '/' if it is a directory that may be missing",
  ]);
});

test("relative paths are relative to the current directory, not to the file", () => {
  const files = { "/work/inc/a.conf": "lxc.include = inc/b.conf\n", "/work/inc/b.conf": "lxc.tty.max = 3\n" };
  expect(mustLoad("lxc.include = inc/a.conf\n", files).spec.ttyMax.value).toBe(3);
});

test("cycles are found, a file included twice is none", () => {
  const files = { "/a": "lxc.include = /b\n", "/b": "lxc.include = /x/../a\n", "/twice": "lxc.group = g\n" };
  expect(problemsOf("lxc.include = /a\n", files)).toEqual(["/b:1:15 error config.include: '/x/../a' includes itself: /a -> /b -> /a; take one of these lxc.include lines out"]);
  expect(problemsOf("lxc.include = /work/config\n", { "/work/config": "" })).toEqual(["config:1:15 error config.include: '/work/config' includes itself: /work/config -> /work/config; take one of these lxc.include lines out"]);
  expect(mustLoad("lxc.include = /twice\nlxc.include = /twice\n", files).spec.groups).toEqual(["g", "g"]);
});

test("a fan of includes ends", () => {
  const files: Record<string, string> = {};
  for (let depth = 0; depth < 12; depth++) files[`/f${depth}`] = `lxc.include = /f${depth + 1}\n`.repeat(3);
  files["/f12"] = "";
  const problems = problemsOf("lxc.include = /f0\n", files);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.every((problem) => problem.includes("more than 1000 files"))).toBe(true);
});

test("what cannot be read, a file called a directory, a directory called x.conf", () => {
  const read = (path: string) => (path === "/secret" ? { kind: "error", text: "permission denied" } as const : readerOf({ "/file": "", "/d": ["x.conf"], "/d/x.conf": [] })(path));
  const syntax = readConfig({ file: "c", text: "lxc.include = /secret\nlxc.include = /file/\nlxc.include = /d\n", read, cwd: "/" });
  expect(syntax.ok && syntax.value.problems.map((problem) => problem.text)).toEqual(["cannot read '/secret': permission denied", "'/file/' is not a directory", "'/d/x.conf' is a directory"]);
});

test("an empty include says nothing, the top file stays as it is", () => {
  const text = "# c\nlxc.include =\nlxc.include = /a\n";
  const syntax = readConfig({ file: "c", text, read: readerOf({ "/a": "lxc.tty.max = 1\n" }), cwd: "/" });
  expect(syntax.ok && syntaxText(syntax.value)).toBe(text);
});

test("what LXC's package ships is found where Berth is installed", () => {
  const files = { "/opt/berth/share/lxc/config/common.conf": "lxc.tty.max = 4\n", "/opt/berth/share/lxc/config/common.conf.d": [] };
  const text = "lxc.include = /usr/share/lxc/config/common.conf\nlxc.include = /usr/share/lxc/config/none.conf\n";
  const syntax = readConfig({ file: "c", text, read: readerOf(files), cwd: "/", share: "/opt/berth/share" });
  expect(syntax.ok && syntax.value.includes[0]?.map((included) => included.file)).toEqual(["/opt/berth/share/lxc/config/common.conf"]);
  expect(syntax.ok && syntax.value.problems.map((problem) => problem.text)).toEqual(["'/usr/share/lxc/config/none.conf' does not exist"]);
  expect(shippedPath("/usr/share/lxc/config/common.seccomp", "/opt/berth/share")).toBe("/opt/berth/share/lxc/config/common.seccomp");
  expect(shippedPath("/etc/lxc/x", "/opt/berth/share")).toBeUndefined();
});

test("LXC's own files come first when they are there", () => {
  const files = { "/usr/share/lxc/config/common.conf": "lxc.tty.max = 5\n", "/s/lxc/config/common.conf": "lxc.tty.max = 4\n" };
  const syntax = readConfig({ file: "c", text: "lxc.include = /usr/share/lxc/config/common.conf\n", read: readerOf(files), cwd: "/", share: "/s" });
  expect(syntax.ok && syntax.value.includes[0]?.[0]?.lines[0]?.value).toBe("5");
});
