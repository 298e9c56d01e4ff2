import { expect, test } from "bun:test";
import { parseInittab } from "./inittab.ts";

test("a prompt: a getty, a login, what busybox asks first; not one that is off or a comment", () => {
  for (const line of ["1:2345:respawn:/sbin/getty 38400 tty1", "tty1::respawn:/bin/login", "::askfirst:/bin/sh", "::askfirst:-/bin/sh"]) expect([line, parseInittab(`# x\n${line}\n`).hasPrompt]).toEqual([line, true]);
  for (const line of ["", "#tty1::respawn:/sbin/getty 38400 tty1", "1:2345:off:/sbin/getty 38400 tty1", "::respawn:/usr/sbin/sshd -D", "::ctrlaltdel:/sbin/reboot", "getty"]) expect([line, parseInittab(line).hasPrompt]).toEqual([line, false]);
});

test("what init waits for", () => {
  expect(parseInittab("id:2:initdefault:\nsi::sysinit:/etc/init.d/rcS\nl2:2:wait:/etc/init.d/rc 2\n::once:/bin/once\n::sysinit:-/bin/first x:y\nz:2:respawn:/bin/d\n")).toEqual({ hasPrompt: false, bootPrograms: ["/etc/init.d/rcS", "/etc/init.d/rc", "/bin/first"] });
});
