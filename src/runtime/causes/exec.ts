// Owns why a program could not be executed: missing, a dangling link, no interpreter, not executable, another machine's.
import { probeKernel } from "../../host/probe/kernel.ts";
import type { Failure, Finding } from "./failure.ts";
import { lookInside, readExecutable } from "./look-inside.ts";

/** Where the container's root lies on the host; undefined when it shares the host's, or cannot be looked into from here. */
export function rootfsOf({ notes }: Failure): string | undefined {
  return notes.ops.find(({ op, origin, subject }) => (op === "openTree" || op === "open") && origin.endsWith("lxc.rootfs.path") && subject.startsWith("/"))?.subject;
}

const initRemedy = (path: string, { op }: Failure): string => (op.origin.startsWith("option ") ? "name a program of the container after --, with its whole path"
  : op.origin.endsWith("lxc.execute.cmd") ? `set lxc.execute.cmd to a program of the container (it is ${path} now)`
  : `install an init there, or set lxc.init.cmd to a program of the container (it is ${path} now)`);

function missingFinding(failure: Failure, root: string, path: string): Finding {
  const inside = lookInside(root, path);
  switch (inside.kind) {
    case "missing": return { cause: `there is no '${inside.at}' in '${root}'`, remedy: initRemedy(path, failure) };
    case "dangling": return { cause: `'${inside.link}' in '${root}' is a symbolic link to '${inside.target}', which is not there`, remedy: `install what '${inside.target}' belongs to, or set lxc.init.cmd` };
    case "file": return interpreterFinding(root, inside.path);
    default: return { remedy: initRemedy(path, failure) };
  }
}

function interpreterFinding(root: string, path: string): Finding {
  const { interpreter, format } = readExecutable(root, path);
  if (interpreter === undefined) return { cause: `'${path}' is there, but something it needs is not` };
  const what = format === "script" ? "the script's interpreter" : "its program interpreter (dynamic loader)";
  return lookInside(root, interpreter).kind === "file" ? { cause: `'${path}' and ${what} '${interpreter}' are there, but not what the container mounts over them` }
    : { cause: `'${path}' is there, but ${what} '${interpreter}' is not`, remedy: format === "script" ? `install '${interpreter}' in the container` : "copy the libraries into the container, or use a static program" };
}

function refusedFinding(failure: Failure, root: string, path: string): Finding {
  const inside = lookInside(root, path);
  if (inside.kind === "directory") return { cause: `'${path}' is a directory`, remedy: initRemedy(path, failure) };
  if (inside.kind === "other") return { cause: `'${path}' is no file that can be executed, but a named pipe, a socket or a device`, remedy: initRemedy(path, failure) };
  if (inside.kind === "file" && (inside.mode & 0o111) === 0) return { cause: `'${inside.path}' is not executable (mode ${inside.mode.toString(8).padStart(4, "0")})`, remedy: `chmod +x '${root}${inside.path}'` };
  return { cause: "the file, or a directory above it, may not be executed by the container's user, or its file system is mounted noexec", remedy: `look at the modes and owners below '${root}'; they must lie within the container's id map` };
}

function formatFinding(failure: Failure, root: string, path: string): Finding {
  const inside = lookInside(root, path);
  const { machine, format } = inside.kind === "file" ? readExecutable(root, inside.path) : { format: "unknown" as const, machine: undefined };
  const host = probeKernel().machine;
  if (format === "empty") return { cause: `'${path}' is empty`, remedy: initRemedy(path, failure) };
  if (machine !== undefined && machine !== host) return { cause: `'${path}' is a program for ${machine}, this machine is ${host}`, remedy: "use a root file system for this machine, or install qemu-user-static with binfmt_misc" };
  return { cause: `'${path}' is neither a program nor a script with a #! line`, remedy: initRemedy(path, failure) };
}

/** In layers or an image, which are no directory of the host. */
const elsewhereFinding = (failure: Failure, path: string): Finding =>
  (failure.errno === "ENOENT" ? { cause: `there is no '${path}' in the container, or its interpreter is not there`, remedy: initRemedy(path, failure) } : { remedy: initRemedy(path, failure) });

/** A start's init, seen from outside. */
function initFinding(failure: Failure, path: string): Finding {
  const root = rootfsOf(failure) ?? "";
  if (failure.notes.ops.some(({ op, origin }) => op === "fsMount" && origin.endsWith("lxc.rootfs.path"))) return elsewhereFinding(failure, path);
  switch (failure.errno) {
    case "ENOENT": case "ENOTDIR": return missingFinding(failure, root, path);
    case "EACCES": case "EPERM": return refusedFinding(failure, root, path);
    case "ENOEXEC": return formatFinding(failure, root, path);
    case "ELOOP": return { cause: `too many symbolic links on the way to '${path}'`, remedy: initRemedy(path, failure) };
    default: return {};
  }
}

/** A program without a slash in its name, looked up in the container's PATH. */
const namedFinding = (failure: Failure, name: string): Finding => ({
  cause: failure.errno === "ENOENT" ? `there is no program '${name}' in the container's PATH` : `a file '${name}' is in the container's PATH, but it cannot be executed`, remedy: initRemedy(name, failure),
});

const STARTS = new Set(["start", "execute"]);

export function execFinding(failure: Failure): Finding {
  const path = failure.op.subject || failure.text;
  if (failure.notes.verb === "attach") return { code: "command.missing", text: `Failed to exec "${path}"`, isPlain: true };
  if (!STARTS.has(failure.notes.verb)) return { code: "engine.op", text: `cannot execute '${path}'`, isPlain: true };
  if (failure.notes.verb === "execute") return { code: "init.missing", ...(path.startsWith("/") ? initFinding(failure, path) : namedFinding(failure, path)) };
  return { code: "init.missing", text: `cannot execute init '${path}'`, ...initFinding(failure, path) };
}
