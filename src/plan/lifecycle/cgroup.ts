// Owns the plan of lxc-cgroup KEY VALUE: files of the container's cgroups are written, or its device rules replaced.
import type { Op, Plan } from "../../isa/op.ts";
import { O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_RDONLY, O_TRUNC } from "../../linux/fs.ts";
import type { DeviceRule } from "../../linux/bpf-device.ts";
import { BPF_F_ALLOW_MULTI, BPF_F_REPLACE, deviceProgram } from "../../linux/bpf-device.ts";
import { byOption } from "../../model/origin.ts";

export interface CgroupWrite { readonly path: string; readonly value: string; readonly mayBeMissing?: true }
interface Container { readonly name: string; readonly lxcpath: string }

export function planCgroupWrites({ name, lxcpath }: Container, key: string, writes: readonly CgroupWrite[]): Plan {
  const from = byOption(key);
  return { verb: "cgroup", name, lxcpath, ops: writes.map(({ path, value, mayBeMissing }): Op => ({ op: "writeFile", from, path, data: value, ...(mayBeMissing === true ? { onError: ["ENOENT"] as const } : {}) })) };
}

export interface DeviceChange { readonly cgroup: string; readonly rules: readonly DeviceRule[]; readonly file: string; readonly text: string }

/** cgroup v2: one program has all the rules; what they are is kept in a file. */
export function planDeviceRules({ name, lxcpath }: Container, key: string, { cgroup, rules, file, text }: DeviceChange): Plan {
  const from = byOption(key);
  const fresh = `${file}.new`;
  return {
    verb: "cgroup", name, lxcpath, ops: [
      { op: "open", from, path: cgroup, flags: O_RDONLY | O_DIRECTORY, into: 0 },
      { op: "writeFile", from, path: fresh, data: text, flags: O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o644, undo: [{ op: "unlink", from, path: fresh, onError: ["ENOENT"] }] },
      { op: "bpfDevice", from, program: [{ hex: deviceProgram(rules) }], cgroup: 0, flags: BPF_F_ALLOW_MULTI | BPF_F_REPLACE, note: `${rules.length} device rules` },
      { op: "rename", from, path: fresh, to: file },
    ],
  };
}
