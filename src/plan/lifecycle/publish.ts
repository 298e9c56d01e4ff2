// Owns the plan of berth publish: rules of nft(8), and who takes them away when the run is over:
//   launcher (the rules) ── keeper (waits for the monitor's end, then takes them away)
import type { Op, Plan } from "../../isa/op.ts";
import { O_RDWR } from "../../linux/fs.ts";
import { publishRules, withoutTable } from "../../linux/nft-publish.ts";
import type { Published, RunId } from "../../linux/nft-publish.ts";
import type { Reached } from "../../linux/proc-route.ts";
import { byDefault, byOption } from "../../model/origin.ts";

export interface PublishInputs {
  readonly name: string;
  readonly lxcpath: string;
  readonly nft: string;
  readonly run: RunId;
  /** All that are to be there. */
  readonly ports: readonly Published[];
  readonly reached: readonly Reached[];
  /** The run has rules already, and somebody who waits for its end. */
  readonly isKept: boolean;
  /** Runs that are over and have left rules: who should have taken them away was killed. */
  readonly over: readonly RunId[];
}

const SLOT = { keeper: 0, monitor: 1, nothing: 2 } as const;
const WAITING = 1;
const PORTS = byOption("PORT:PORT");
const KEEPER = byDefault("published ports go with the container");

const nftOp = (nft: string, input: string, note: string): Op => ({ op: "spawn", from: PORTS, argv: [nft, "-f", "-"], input, note });

/** Nothing of the caller's is held. */
function keeper({ nft, run }: PublishInputs): Op {
  return {
    op: "clone", from: KEEPER, flags: 0, name: "keeper", pid: SLOT.keeper, note: "stays with the container",
    body: [
      { op: "setsid", from: KEEPER }, { op: "closeInherited", from: KEEPER, quiet: 1 }, { op: "chdir", from: KEEPER, path: "/" },
      { op: "pidfdOpen", from: KEEPER, pid: run.pid, startTime: run.start, into: SLOT.monitor },
      { op: "open", from: KEEPER, path: "/dev/null", flags: O_RDWR, into: SLOT.nothing }, ...[0, 1, 2].map((fd): Op => ({ op: "dup", from: KEEPER, slot: SLOT.nothing, fd })),
      { op: "post", from: KEEPER, number: WAITING },
      { op: "waitExit", from: KEEPER, pidfd: SLOT.monitor, note: "until the container's monitor ends" },
      nftOp(nft, withoutTable(run), "no longer published"),
      { op: "exitWith", from: KEEPER, status: 0 },
    ],
  };
}

export function planPublish(inputs: PublishInputs): Plan {
  const { name, lxcpath, nft, run, ports, reached, isKept, over } = inputs;
  const fresh = !isKept && ports.length > 0;
  const rules = nftOp(nft, publishRules(run, ports, reached), `ports of this host lead to ${name}`);
  return {
    verb: "publish", name, lxcpath, ops: [
      ...over.map((one) => nftOp(nft, withoutTable(one), "of a run that is over")),
      fresh ? { ...rules, undo: [nftOp(nft, withoutTable(run), "no longer published")] } : rules,
      ...(fresh ? [keeper(inputs), { op: "await", from: KEEPER, number: WAITING, child: SLOT.keeper } as const] : []),
    ],
  };
}
