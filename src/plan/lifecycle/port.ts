// Owns the plan of an export: a root file system as an archive, ids as the container sees them.
import type { Op, Plan } from "../../isa/op.ts";
import { FLAGS } from "../../isa/schema.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import { SIGKILL } from "../../linux/signals.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import { isRoot } from "../scope.ts";
import { readOps, type ReadPlace } from "../storage/mounted.ts";
import { inside, PATH, type Made } from "./create.ts";

export interface ExportInputs {
  readonly source: ReadPlace;
  /** What names begin with. */
  readonly prefix: string;
  readonly idmap: readonly IdMapEntry[];
}

const from = byOption("berth export");
const SOURCE = 3;

/** mkfs.ext4 makes it, for the host's root alone. */
const LOST = ["--anchored", "--exclude=./lost+found"];

/** How xfs shows ACLs once more, with the ids of the host. */
const XFS_ACLS = "trusted.SGI_ACL_*";

/** ACLs are among the attributes, in numbers: tar's own records of them have names, which are those of the host.
 * Names and targets of hard links get the prefix, targets of symbolic ones stay. Times of access would make each archive differ. */
const exportCommand = (prefix: string, { kind }: ReadPlace): readonly string[] => [
  "tar", "--create", "--file=-", "--format=pax", "--pax-option=delete=atime,delete=ctime", "--sort=name", "--numeric-owner", ...(kind === "directory" ? ["--one-file-system"] : []), ...(kind === "image" || kind === "device" ? LOST : []), "--sparse",
  "--xattrs", "--xattrs-include=*", `--xattrs-exclude=${XFS_ACLS}`, "--warning=no-file-ignored", `--transform=flags=rSh;s,^\\.,${prefix},`, ".",
];

/** Standard output is the archive. */
export function planExportTree(made: Made, facts: HostFacts, { source, prefix, idmap }: ExportInputs): Plan {
  const read = readOps(source, SOURCE, { isMapped: idmap.length > 0, isRoot: isRoot(facts), from });
  const body: readonly Op[] = [
    ...read.inside, { op: "chdir", at: SOURCE, path: "", from },
    { op: "exec", path: "tar", argv: exportCommand(prefix, source), env: [PATH, "LC_ALL=C"], flags: FLAGS.EXEC_SEARCH_PATH, from },
  ];
  return { verb: "export", ...made, ops: [{ op: "joinParent", signal: SIGKILL, from }, ...read.before, ...inside(facts, { idmap, name: "tar", from, early: read.early }, body), ...read.after, { op: "exitWith", child: 1, from }] };
}
