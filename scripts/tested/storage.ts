// Owns which tests prove what is promised of root file systems: each promise with the tests by their titles, which are looked for.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Promised { readonly text: string; /** File without its ending, and the beginning of a test's title. */ readonly tests: readonly (readonly [string, string])[] }

const TWIN = "test/twin/storage-twin";
const PLACES = "test/chaos/places-kills";

export const STORAGE: readonly Promised[] = [
  { text: "dir, overlay, btrfs, loop (ext4, xfs): made, started, copied, kept, restored, removed", tests: [[TWIN, "made by Berth, used by Debian's LXC"], ["test/kernel/rootfs-storage", "an image of %s, by a loop device"]] },
  { text: "what Debian's LXC has made of these is started, copied, kept, restored and removed by Berth, and the other way round", tests: [[TWIN, "made by Debian's LXC, used by Berth"], [TWIN, "made by Berth, used by Debian's LXC"]] },
  { text: "lvm, zfs, rbd, nbd: plans of create, copy, snapshot copy, snapshot, removal, resize; what cannot be is refused", tests: [["test/golden/storage", "made on ${backend}"], ["test/golden/storage", "a whole copy on ${backend}"], ["test/golden/storage", "a snapshot of a volume"], ["test/golden/storage", "kept beside the container"], ["test/golden/storage", "removal of ${storage.kind}"], ["test/golden/storage", "removal of a container with what is kept"], ["test/golden/storage", "removal of nbd"], ["test/golden/storage", "filled on ${backend}"], ["test/golden/storage", "grown on ${name}"], ["src/plan/storage/backend", "each has what it needs"], ["src/runtime/copying/storage", "the files of an image of qemu are not read"], ["src/runtime/copying/storage", "a clone by a snapshot is on what has snapshots"]] },
  { text: "`-B best` and lists: the first that can be had, said with its reason", tests: [["test/kernel/best-storage", "%s: -B %s is %s"], ["test/kernel/best-storage", "none of them"], ["test/kernel/best-storage", "a copy as well"], ["test/kernel/user-storage", "-B best and lists"], ["src/plan/storage/backend", "best and lists"]] },
  { text: "an ordinary user: overlay, btrfs, a directory that shares blocks; images only root may mount", tests: [["test/kernel/user-storage", "-B %s on %s"], ["test/kernel/user-storage", "a whole copy on %s shares its blocks"], ["src/plan/storage/backend", "an ordinary user has what needs no block device"]] },
  { text: "another size, larger and smaller, stopped and running", tests: [["test/kernel/resize", "%s grows"], ["test/kernel/resize", "what does not fit"], ["test/chaos/changing-kills", "another size"]] },
  { text: "nobody mounts an image that another has mounted, and is told who has it", tests: [["test/kernel/copy-files-blocks", "nobody copies, keeps, exports or resizes"], ["test/kernel/copy-files-blocks", "while it is written no start mounts it"]] },
  { text: "a copy keeps hard links, holes, attributes, ACLs, capabilities, sockets, times and ids", tests: [["test/kernel/copy", "a whole copy: every file as it was"]] },
  { text: "another name; a copy that is gone when it stops, with mounts, in memory, kept; its command's status", tests: [["test/kernel/copy", "another name, and back"], ["test/kernel/copy-ephemeral", "binds and overlays"], ["test/kernel/copy-ephemeral", "-t: what it writes is in memory"], ["test/kernel/copy-ephemeral", "-D: it stays"], ["test/kernel/copy-ephemeral", "for one command: its words, its status"]] },
  { text: "`lxc_snapshots` and `lxc_rdepends` are read and written as LXC does", tests: [["test/kernel/copy", "Debian's LXC starts a copy and layers of ours"], ["test/kernel/copy", "layers that Debian's LXC made"], ["test/kernel/snapshot", "Debian's LXC lists and restores"], ["test/kernel/clone-counts", "copies made at once by both are all counted"], ["test/kernel/clone-counts", "a container whose snapshot Debian's LXC has made another container of stays"], ["test/chaos/moving-kills", "a clone is counted wherever it is"]] },
  { text: "snapshots with comments, restored in place and as new containers", tests: [["test/kernel/snapshot", "kept with a comment"], ["test/kernel/snapshot", "a new container of a snapshot"]] },
  { text: "an image of qemu (nbd) is copied, kept and put back by qemu-img, whatever step is killed", tests: [["test/kernel/qemu-image", "kept, and put back in its place"], ["test/kernel/qemu-image", "copied"], ["test/kernel/qemu-image", "killed"]] },
  { text: "a snapshot on lvm, thin and plain, on zfs or on rbd takes the container's place, whatever step fails or is killed", tests: [["test/kernel/restore-volumes", "it has the snapshot's files under its own name"], ["test/kernel/restore-volumes", "whatever step fails"], ["test/kernel/restore-volumes", "refused, and as it was"], ["test/chaos/volume-kills", "%s"], ["test/chaos/zfs-kills", "whatever step fails or is killed"], ["test/chaos/zfs-kills", "the snapshots stay, and each of them"], ["test/golden/storage", "in the container's place: ${name}"]] },
  { text: "one portable file, by root and by an ordinary user, readable by any tar", tests: [["test/kernel/export", "any tar can read it"], ["test/kernel/export", "imported under another name"], ["test/kernel/export", "root's becomes a user's"], ["test/kernel/export", "layers and images are exported"], ["test/kernel/old-backup", "numbered from 1"]] },
  { text: "other ids, and from privileged to unprivileged", tests: [["test/kernel/shift", "privileged becomes unprivileged"], ["test/kernel/shift", "killed at any moment"], ["test/kernel/shift-storage", "%s: to other ids and back"]] },
  { text: "destroy removes only what create made: no mount, no link, no other's data, no source with clones", tests: [["test/kernel/create-safety", "a mount point below is not removed into"], ["test/kernel/create-safety", "links are not followed"], ["test/kernel/create-safety", "a rootfs elsewhere goes only if create made it"], ["test/kernel/create-safety", "snapshots and clones keep it"], ["test/kernel/create-destroy", "an existing container is not touched"]] },
  { text: "removed, restored or started while it is exported or copied: no file is called whole, no copy is kept", tests: [["test/kernel/export-meanwhile", "%s"], ["test/kernel/export-meanwhile", "restored"], ["test/kernel/export-meanwhile", "started"]] },
  { text: "the trash, and what would go", tests: [["test/kernel/trash", "what would go is listed"], ["test/kernel/trash", "removed, it is no container; brought back"]] },
  { text: "killed before each step: the old state or the new one, and the next command cleans", tests: [["test/chaos/storage-kills", "create"], ["test/chaos/storage-kills", "copy"], ["test/chaos/storage-kills", "snapshot"], ["test/chaos/storage-kills", "restore"], ["test/chaos/moving-kills", "import"], ["test/chaos/moving-kills", "destroy"], ["test/chaos/changing-kills", "other ids"], [PLACES, "%s"]] },
  { text: "a full disk: said, and the old state or nothing; what removes works", tests: [["test/kernel/full-disk", "%s"], ["test/kernel/create-safety", "a full disk"], ["test/kernel/copy", "a full file system"], ["test/kernel/snapshot", "a full file system"], ["test/kernel/import-safety", "a full file system"], ["test/kernel/shift-storage", "a full file system"], ["test/kernel/old-backup", "a directory that Ubuntu's lxc-backup has made comes back; a full file system"]] },
  { text: "an archive that means harm is refused by its member's name", tests: [["test/kernel/create-hostile-archive", "%s: %s"], ["test/kernel/create-hostile-archive", "a file of 8 exabytes"], ["test/kernel/create-hostile-archive", "ten million entries"], ["test/kernel/create-hostile-archive", "a large packed one"], ["test/kernel/import-safety", "a hostile archive"]] },
  { text: "the README's first real container: create, start, shell", tests: [["test/kernel/readme", "the first real container"]] },
];

const fileOf = (name: string): string => `${name}.test.ts`;

/** Tests that are named and are not there. */
export function lostTests(root: string): readonly string[] {
  return STORAGE.flatMap(({ tests }) => tests).filter(([name, title]) => {
    const text = readFileSync(join(root, fileOf(name)), "utf8");
    return !["\"", "`"].some((quote) => text.includes(`(${quote}${title}`));
  }).map(([name, title]) => `${fileOf(name)}: ${title}`);
}

export function storageSection(link: (file: string) => string): string {
  const rows = STORAGE.map(({ text, tests }) => `| ${text} | ${[...new Set(tests.map(([name]) => fileOf(name)))].map(link).join(", ")} |`);
  return `## Root file systems\n\nWhat is promised of them, beyond single options; a test of npm run ok fails where one of these tests is gone.\n\n| promise | tests |\n|---|---|\n${rows.join("\n")}\n`;
}
