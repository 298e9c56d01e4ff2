// Owns the look at zfs's datasets: their snapshots, and what they are clones of.
import type { ZfsDataset } from "../../model/storage.ts";
import { said } from "./storage-tool.ts";

const lines = (text: string | undefined): readonly string[] => (text ?? "").split("\n").filter((line) => line !== "");

/** All of the pools that these datasets are in. zfs lists snapshots of one dataset as they were made. */
export function zfsDatasets(names: readonly string[]): readonly ZfsDataset[] {
  const pools = [...new Set(names.map((name) => name.split("/")[0] ?? ""))];
  return pools.flatMap((pool) => {
    const snapshots = lines(said("zfs", "list", "-H", "-t", "snapshot", "-o", "name", "-r", pool));
    return lines(said("zfs", "list", "-H", "-t", "filesystem", "-o", "name,origin", "-r", pool)).map((line): ZfsDataset => {
      const [name = "", origin = "-"] = line.split("\t");
      return { name, snapshots: snapshots.filter((one) => one.startsWith(`${name}@`)).map((one) => one.slice(name.length + 1)), ...(origin === "-" ? {} : { origin }) };
    });
  });
}
