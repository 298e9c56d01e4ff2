// Owns taking the plain kernel out of a compressed one (x86 boot protocol): an emulated machine would unpack it for seconds.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const UNPACKERS: readonly (readonly [magic: string, argv: readonly string[]])[] = [
  ["fd377a585a00", ["xz", "-dc"]], ["28b52ffd", ["zstd", "-qdc"]], ["1f8b", ["gzip", "-dc"]], ["02214c18", ["lz4", "-dc"]],
];
const ELF = "\u007fELF";

export function writeVmlinux(vmlinuz: string, out: string): void {
  const image = readFileSync(vmlinuz);
  const setup = (image[0x1f1] ?? 0) || 4;
  const begin = (setup + 1) * 512 + image.readUInt32LE(0x248);
  const payload = image.subarray(begin, begin + image.readUInt32LE(0x24c));
  const unpacker = UNPACKERS.find(([magic]) => payload.subarray(0, magic.length / 2).toString("hex") === magic)?.[1];
  if (unpacker === undefined) throw new Error(`${vmlinuz}: compressed in a way that is not known here`);
  // what follows the compressed kernel is its size: the unpacker complains, and has done its work
  const { stdout } = spawnSync(unpacker[0] ?? "", unpacker.slice(1), { input: payload, maxBuffer: 1 << 30, stdio: ["pipe", "pipe", "ignore"] });
  const elf = stdout.indexOf(ELF, 0, "latin1");
  if (elf < 0) throw new Error(`${vmlinuz}: no kernel in it`);
  writeFileSync(out, stdout.subarray(elf));
}
