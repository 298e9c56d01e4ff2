import { expect, test } from "bun:test";
import { MOUNT_ATTR_ATIME, MOUNT_ATTR_NOATIME, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY, MS_PRIVATE, MS_SLAVE, mountOptions } from "./mount-flags.ts";

test("words become attributes, the rest stays for the file system", () => {
  const { set, clear, bind, data } = mountOptions(["defaults", "ro", "nosuid", "nodev", "size=5m", "x-systemd.automount", "mode=755", ""]);
  expect({ set, clear, bind, data }).toEqual({ set: MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, clear: 0, bind: "no", data: ["size=5m", "mode=755"] });
});
test("the last of two opposite words wins", () => {
  expect(mountOptions(["ro", "rw"])).toMatchObject({ set: 0, clear: MOUNT_ATTR_RDONLY });
  expect(mountOptions(["rw", "ro"])).toMatchObject({ set: MOUNT_ATTR_RDONLY, clear: 0 });
});
test("setting an access time mode clears the field, as mount_setattr(2) wants", () => {
  expect(mountOptions(["noatime"])).toMatchObject({ set: MOUNT_ATTR_NOATIME, clear: MOUNT_ATTR_ATIME });
  expect(mountOptions(["noatime", "relatime"])).toMatchObject({ set: 0, clear: MOUNT_ATTR_ATIME });
});
test("propagation and binds", () => {
  expect(mountOptions(["rbind", "rslave"])).toMatchObject({ bind: "rbind", propagation: MS_SLAVE, isPropagationRecursive: true });
  expect(mountOptions(["bind", "private"])).toMatchObject({ bind: "bind", propagation: MS_PRIVATE, isPropagationRecursive: false });
  expect(mountOptions(["rbind", "bind"]).bind).toBe("rbind");
  expect(mountOptions(["remount", "move"])).toMatchObject({ isRemount: true, isMove: true, data: [] });
});
