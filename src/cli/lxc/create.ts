// Owns lxc-create(1).
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { CreateOptions, StorageWords } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { absolute, done, failed, withLine } from "../command-line.ts";
import type { OptionRow } from "../getopt.ts";
import { NAME, STRICT } from "../options.ts";
import type { Tool } from "../options.ts";
import { dialogueOf } from "../dialogue.ts";
import { IMAGE_ROWS, OWN_ROWS, imageOptions } from "../image-options.ts";
import { progressPrinter } from "../progress.ts";
import { say } from "../say.ts";
import { bytesOf } from "../size.ts";
import { optional } from "../values.ts";

/** Options that only some storage has. */
const STORAGE = [
  { long: "lvname", argument: "required", metavar: "NAME", help: "with -B lvm: logical volume (default: the container's name)" },
  { long: "vgname", argument: "required", metavar: "VG", help: "with -B lvm: volume group (default: lxc)" },
  { long: "thinpool", argument: "required", metavar: "POOL", help: "with -B lvm: thin pool (default: lxc)" },
  { long: "rbdname", argument: "required", metavar: "NAME", help: "with -B rbd: image (default: the container's name)" },
  { long: "rbdpool", argument: "required", metavar: "POOL", help: "with -B rbd: pool (default: lxc)" },
  { long: "rbduser", argument: "required", metavar: "USER", help: "with -B rbd: user" },
  { long: "zfsroot", argument: "required", metavar: "PATH", help: "with -B zfs: parent of the dataset (default: lxc)" },
  { long: "fstype", argument: "required", metavar: "TYPE", help: "with -B lvm, loop or rbd: file system to make (default: ext4)" },
  { long: "fssize", argument: "required", metavar: "SIZE[UNIT]", help: "with -B lvm, loop or rbd: its size, unit one of bBkKmMgGtT (default: 1G; a bare number is MiB)" },
] as const satisfies readonly OptionRow[];

const rows = [
  NAME,
  { long: "template", short: "t", argument: "required", metavar: "TEMPLATE", help: "what makes the root file system: a template's name, the path of a template script, a directory, a tarball, or none" },
  { long: "config", short: "f", argument: "required", metavar: "FILE", help: "config to begin with (default: lxc-config lxc.default_config)" },
  { long: "bdev", short: "B", argument: "required", metavar: "STORAGE", help: "where the root file system is kept (default: dir)" },
  { long: "dir", argument: "required", metavar: "PATH", help: "with -B dir: directory of the root file system" },
  ...STORAGE, STRICT,
  { long: "image", argument: "required", metavar: "IMAGE", help: "instead of -t: debian/bookworm, oci:REGISTRY/NAME:TAG, file:ARCHIVE or an imported one; berth image --help", isOurs: true },
  ...OWN_ROWS, ...IMAGE_ROWS,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-create", synopsis: "[-n] NAME -t TEMPLATE [OPTION...] [-- TEMPLATE OPTION...]", hasName: true, rows,
  about: "Make a container. What follows -- goes to the template; lxc-create -t TEMPLATE -h shows the template's own help as well.",
  examples: [
    ["lxc-create web -t busybox", "a tiny one, offline"],
    ["lxc-create web -t ./rootfs.tar.xz", "from a tarball"],
    ["lxc-create web -t none -f my.conf", "only a config"],
    ["berth create web --image debian/bookworm --ssh-key ~/.ssh/id_ed25519.pub", "a whole system, to log in to"],
    ["lxc-create web -t download -- -d debian -r bookworm -a amd64", "an image, with the template's options"],
  ],
};

const BACKENDS = ["dir", "none", "lvm", "loop", "btrfs", "zfs", "rbd", "nbd", "overlay", "overlayfs", "best"];
const WITH: Readonly<Record<(typeof STORAGE)[number]["long"], readonly string[]>> = {
  lvname: ["lvm"], vgname: ["lvm"], thinpool: ["lvm"], rbdname: ["rbd"], rbdpool: ["rbd"], rbduser: ["rbd"], zfsroot: ["zfs"],
  fstype: ["lvm", "loop", "rbd"], fssize: ["lvm", "loop", "rbd"],
};
const BLOCK = new Set<string>(["fstype", "fssize"]);

function storageProblem({ options }: CommandLine<(typeof rows)[number]>): Problem | undefined {
  const bdev = options.last("bdev") ?? "dir";
  const conflict = (text: string): Problem => ({ code: "option.conflict", text });
  const unknown = bdev.split(",").find((word) => !BACKENDS.includes(word));
  if (unknown !== undefined) return { code: "option.value", text: `${unknown} is not a valid backing storage type`, remedy: `one of ${BACKENDS.join(", ")}` };
  const misplaced = STORAGE.find(({ long }) => options.has(long) && bdev !== "best" && !bdev.split(",").some((word) => WITH[long].includes(word)));
  if (misplaced !== undefined && BLOCK.has(misplaced.long)) return conflict("Filesystem type and size are only valid with block devices");
  if (misplaced !== undefined) return conflict(`${misplaced.long} is only valid with -B ${WITH[misplaced.long].join(" or ")}`);
  const size = options.last("fssize");
  if (size !== undefined && bytesOf(size) === undefined) return { code: "option.value", text: `--fssize: '${size}' is not a size`, remedy: "a number and one of bBkKmMgGtT: 500M, 2G; a bare number is MiB" };
  const dir = options.last("dir");
  if (dir === undefined) return undefined;
  if (!dir.startsWith("/")) return { code: "option.value", text: "--dir should use absolute path", remedy: `--dir=${dir} would depend on where you stand` };
  return ["dir", "none", "best"].includes(bdev) ? undefined : conflict("dir is only valid with -B dir");
}

function storageWords({ options }: CommandLine<(typeof rows)[number]>): StorageWords {
  const size = options.last("fssize");
  return {
    ...optional("size", size === undefined ? undefined : bytesOf(size)), ...optional("fstype", options.last("fstype")), ...optional("volume", options.last("lvname")), ...optional("group", options.last("vgname")),
    ...optional("thinPool", options.last("thinpool")), ...optional("zfsRoot", options.last("zfsroot")), ...optional("rbdPool", options.last("rbdpool")), ...optional("rbdName", options.last("rbdname")), ...optional("rbdUser", options.last("rbduser")),
  };
}

/** A name is looked for among the templates; what looks like a path is one. */
const templatePath = (request: Request, template: string): string =>
  template.startsWith("./") || template.startsWith("../") ? absolute(request, template) : template;

async function withTemplateHelp(request: Request, answer: Answer): Promise<Answer> {
  const { getopt } = await import("../getopt.ts");
  const { COMMON } = await import("../options.ts");
  const { found } = getopt<OptionRow>(request.argv.slice(1), [...rows, ...COMMON], { program: tool.name });
  const template = found.findLast(({ row }) => row.long === "template")?.value;
  if (answer.kind !== "done" || template === undefined || template === "none" || found.find(({ row: { long } }) => long === "help" || long === "usage" || long === "version")?.row.long !== "help") return answer;
  const { templateHelp } = await import("../../runtime/create-help.ts");
  const help = await templateHelp(request, templatePath(request, template));
  if (!help.ok) return answer;
  if (help.value.kind === "text") return { ...answer, out: `${answer.out ?? ""}\n${help.value.text}` };
  return { kind: "plan", plan: help.value.plan, err: `${answer.err ?? ""}\n` };
}

/** `-- --help`: who asks only this wants no container, which LXC makes, an empty one, of a template that ends with 0. */
async function templateOwnHelp(line: CommandLine<(typeof rows)[number]>, template: string): Promise<Answer | undefined> {
  const { request, words } = line;
  if (template === "none" || !words.some((word) => word === "-h" || word === "--help")) return undefined;
  const { templateHelp } = await import("../../runtime/create-help.ts");
  const help = await templateHelp(request, templatePath(request, template));
  if (!help.ok) return undefined;
  return help.value.kind === "text" ? done(0, { out: help.value.text }) : { kind: "plan", plan: help.value.plan };
}

/** `fd`: where a template's lines go; stderr where stdout is for what will run in the container. */
export const main = async (request: Request, fd: 1 | 2 = 1): Promise<Answer> => {
  const answer = await withLine(tool, request, (line) => run(line, fd));
  return request.argv.some((word) => word === "-h" || word === "--help") ? withTemplateHelp(request, answer) : answer;
};

const OWN = ["ssh-key", "user", "hostname", "user-data"] as const;
function ownWords({ options }: CommandLine<(typeof rows)[number]>): Pick<CreateOptions, "own"> {
  if (!OWN.some((long) => options.has(long))) return {};
  return { own: { sshKeys: options.all("ssh-key"), ...optional("user", options.last("user")), ...optional("hostname", options.last("hostname")), ...optional("userData", options.last("user-data")) } };
}

async function run(line: CommandLine<(typeof rows)[number]>, fd: 1 | 2): Promise<Answer> {
  const { options, request, target, voice, words } = line;
  const image = options.last("image");
  if (image !== undefined && options.has("template")) return failed(line, [{ code: "option.conflict", text: "either -t or --image", remedy: "leave one of them out" }]);
  const template = image === undefined ? options.last("template") : "image";
  if (template === undefined) return failed(line, [{ code: "template.missing", text: "A template must be specified." }], { closing: ['Use "none" if you really want a container without a rootfs.'] });
  const stray = image === undefined && template !== "image" ? IMAGE_ROWS.find(({ long }) => options.has(long)) : undefined;
  if (stray !== undefined) return failed(line, [{ code: "option.conflict", text: `--${stray.long} is only valid with --image`, remedy: `a template's own options follow --: -t ${template} -- ...` }]);
  const help = image === undefined ? await templateOwnHelp(line, template) : undefined;
  if (help !== undefined) return help;
  const problem = storageProblem(line);
  if (problem !== undefined) return failed(line, [problem]);
  const config = options.last("config");
  const chosen: string[] = [];
  const isLeftToUs = /,|^best$/.test(options.last("bdev") ?? "") && !voice.isQuiet;
  const { create } = await import("../../runtime/create.ts");
  const result = await create(request, target, {
    template: templatePath(request, template), templateArgs: image === undefined ? words : [image, ...words], image: imageOptions(options), ...ownWords(line), isQuiet: voice.isQuiet, isStrict: options.has("strict"),
    ...optional("configFile", config === undefined ? undefined : absolute(request, config)), ...optional("bdev", options.last("bdev")), storage: storageWords(line), onStorage: (backend, reason, isImage) => { if (isLeftToUs || (isImage && !voice.isQuiet)) chosen.push(`${target.name} is kept on ${backend}: ${reason}\n`); }, ...optional("dir", options.last("dir")),
    ...(voice.isQuiet ? {} : { onProgress: progressPrinter(request.isTty[2]), dialogue: dialogueOf(request, fd) }),
  });
  if (result.ok) return done(0, { err: chosen.join("") + say(voice, result.warnings ?? []) });
  const isRefused = result.problems.some(({ code }) => code === "container.exists" || code === "container.busy");
  return failed(line, result.problems, { closing: isRefused ? [] : [`Failed to create container ${target.name}`] });
}
