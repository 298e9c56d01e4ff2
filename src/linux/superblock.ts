// Owns what the first bytes of an image or block device say of it: its file system by the magic of the superblock,
// or what else it is that cannot be mounted as it stands.

export type ImageContent =
  | { readonly kind: "file system"; readonly type: string }
  /** `what` completes the sentence "it holds …". */
  | { readonly kind: "other"; readonly what: string; readonly remedy: string }
  | { readonly kind: "unknown" };

/** So much has to be read. */
export const CONTENT_BYTES = 0x10048;

interface Mark { readonly at: number; readonly bytes: readonly number[] }
const ascii = (at: number, text: string): Mark => ({ at, bytes: [...text].map((letter) => letter.charCodeAt(0)) });

/** ext4 mounts ext2 and ext3 too. */
const fileSystems = (): readonly (readonly [string, Mark])[] => [
  ["ext4", { at: 0x438, bytes: [0x53, 0xef] }], ["xfs", ascii(0, "XFSB")], ["btrfs", ascii(0x10040, "_BHRfS_M")], ["squashfs", ascii(0, "hsqs")],
  ["erofs", { at: 0x400, bytes: [0xe2, 0xe1, 0xf5, 0xe0] }], ["f2fs", { at: 0x400, bytes: [0x10, 0x20, 0xf5, 0xf2] }], ["iso9660", ascii(0x8001, "CD001")],
];

const others = (): readonly (readonly [Mark, string, string])[] => [
  [ascii(0, "QFI\u00fb"), "a qcow2 image", "convert it: qemu-img convert -O raw IMAGE rootdev; or export it with qemu-nbd and name the block device"],
  [ascii(0, "LUKS\u00ba\u00be"), "an encrypted volume (LUKS)", "open it first: cryptsetup open DEVICE NAME; then name /dev/mapper/NAME"],
  [ascii(0x218, "LVM2 001"), "an LVM physical volume", "name the logical volume: lvm:/dev/VG/LV"],
  [ascii(0x200, "EFI PART"), "a partition table (GPT)", "attach it with losetup --find --show --partscan, and name the partition, /dev/loopNpM"],
  [{ at: 0x1fe, bytes: [0x55, 0xaa] }, "a partition table (MBR)", "attach it with losetup --find --show --partscan, and name the partition, /dev/loopNpM"],
];

const has = (image: Uint8Array, { at, bytes }: Mark): boolean => bytes.every((byte, i) => image[at + i] === byte);

export function contentOf(image: Uint8Array): ImageContent {
  const type = fileSystems().find(([, mark]) => has(image, mark))?.[0];
  if (type !== undefined) return { kind: "file system", type };
  const other = others().find(([mark]) => has(image, mark));
  return other === undefined ? { kind: "unknown" } : { kind: "other", what: other[1], remedy: other[2] };
}
