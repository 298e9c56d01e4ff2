// Owns docs/reference/problems.md and a page for each problem code: its sentence, advice, and on the site its messages.
import type { ProblemCode } from "../src/model/problem.ts";
import { ADVICE } from "./problems/advice.ts";
import type { Message } from "./problems/messages.ts";
import type { Generated } from "./reference/pages.ts";

/** The compiler refuses a code without a sentence, and a sentence without a code. */
export const SENTENCES: Readonly<Record<ProblemCode, string>> = {
  "option.unknown": "The command has no such option.",
  "option.missing": "An option the command cannot do without is not given.",
  "option.value": "An option's value means nothing to it.",
  "option.conflict": "Two options exclude each other.",
  "name.missing": "No container is named.",
  "name.invalid": "The name could not be a directory of the lxcpath (a slash, a dot name, too long).",
  "config.syntax": "A line is not `key = value`.",
  "config.key": "No such config key.",
  "config.value": "The value does not fit its key.",
  "config.include": "An included file is missing, unreadable or includes itself.",
  "config.missing": "There is no config file where one is needed.",
  "config.unreadable": "The config file is there but cannot be read.",
  "config.unwritable": "The config file cannot be changed by this user, or not without losing something.",
  "config.legacy": "A key of an older LXC: accepted and translated; the new key is named.",
  "config.conflict": "Two lines exclude each other.",
  "config.smell": "A config is legal and does something that its writer probably did not want; `berth config lint` names the rule.",
  "container.missing": "No such container in the lxcpath.",
  "container.exists": "A container of this name exists already.",
  "container.running": "The container runs, and must not for this.",
  "container.stopped": "The container does not run, and must for this.",
  "container.busy": "Another command works on this container.",
  "container.frozen": "The container could not be frozen or thawed, or is frozen and must not be for this.",
  "container.snapshots": "The container has snapshots.",
  "container.clones": "Other containers were cloned from it and need it.",
  "container.partial": "Its creation was interrupted.",
  "file.inside": "A file of a running container could not be read or written from outside.",
  "container.late": "It was started, but has not come as far as --wait asked for in the time of --timeout.",
  "terminal.busy": "The console or tty of a container is taken, or there is none of that number.",
  "rootfs.missing": "The root file system is not there.",
  "rootfs.unsafe": "A path leads out of where it has to stay: a symlink, a mount point, another directory.",
  "command.missing": "The program to run in a container is missing there, or not executable.",
  "init.missing": "The program to run as init is missing or not executable.",
  "init.exited": "Init ended before it could be called running; its status and last words are shown.",
  "lxcpath.unwritable": "The lxcpath cannot be written by this user.",
  "idmap.invalid": "The id map is not one the kernel can take: overlapping, empty, or without a root.",
  "idmap.range": "The ids are not granted to this user in /etc/subuid and /etc/subgid.",
  "idmap.helper": "newuidmap or newgidmap is missing or not setuid.",
  "cgroup.undelegated": "This session may not make cgroups: the container runs without limits.",
  "cgroup.limit": "A limit could not be set.",
  "cgroup.session": "A user's container got its cgroup from his systemd, which ends with his last session.",
  "cgroup.translated": "A limit for the version of cgroups that this host has not was set in the one that it has.",
  "network.unsupported": "This kind of network is not made yet, or not for this user.",
  "network.link": "A network link is missing or could not be made.",
  "mount.failed": "Something could not be mounted.",
  "mount.target": "The place to mount on is missing (create=dir or create=file makes it) or unfit.",
  "hook.failed": "A hook ended with a status other than 0.",
  "privilege": "This needs privileges the caller has not.",
  "template.missing": "No such template.",
  "template.failed": "The template ended with a status other than 0.",
  "storage.copy": "A file of a container could not be copied; of the copy nothing is left.",
  "storage.full": "There is no space left; what was half made has been removed.",
  "storage.unsupported": "No such kind of storage.",
  "image.invalid": "An image or archive is damaged, or holds what it must not.",
  "image.missing": "No server, cache or file has such an image.",
  "image.fetch": "A server cannot be reached, or does not give what was asked for.",
  "image.checksum": "What came is not what the index, the lock file or --digest says.",
  "image.signature": "A signature is missing or not by the key that was given.",
  "engine.op": "A step of the plan failed; the step, the line behind it and the kernel's answer are shown.",
  "engine.missing": "The engine is not where it was installed.",
  "planner.failed": "The planner crashed, hung or answered rubbish.",
  "host.feature": "The kernel or the host lacks something that is needed.",
  "unsupported": "Part of LXC that is not made yet.",
};

function problemsPage(): string {
  return [
    "# Problem codes", "", "Written by `scripts/gen-problems.ts` from `src/model/problem.ts`; do not edit. Codes are stable. Each has a page: where it comes from, and what helps.", "",
    "| code | meaning |", "|---|---|", ...Object.entries(SENTENCES).map(([code, sentence]) => `| [\`${code}\`](problems/${code}.md) | ${sentence} |`), "",
  ].join("\n");
}

export const isCode = (code: string): code is ProblemCode => Object.hasOwn(SENTENCES, code);

function messageLines({ text, cause, remedy }: Message): readonly string[] {
  return ["```text", text, ...(cause === undefined ? [] : [`    cause: ${cause}`]), ...(remedy === undefined ? [] : [`    remedy: ${remedy}`]), "```", ""];
}

/** Without messages in the repository: they change too often. The site has them. */
export function problemPage(code: ProblemCode, messages: readonly Message[]): string {
  const { cause, remedy, example } = ADVICE[code];
  const said = messages.length === 0 ? [] : ["## Messages with this code", "", "Out of the source; `…` is filled in.", "", ...messages.flatMap(messageLines)];
  return [
    `# ${code}`, "", "Written by `scripts/gen-problems.ts`; do not edit.", "", SENTENCES[code], "",
    "```text", example, "```", "", "## Where it comes from", "", cause, "", "## What helps", "", remedy, "", ...said, "[All codes](../problems.md)", "",
  ].join("\n");
}

/** A page for each code, and the list of them. */
export function problemFiles(): readonly Generated[] {
  return [
    { path: "docs/reference/problems.md", text: problemsPage() },
    ...Object.keys(SENTENCES).filter(isCode).map((code) => ({ path: `docs/reference/problems/${code}.md`, text: problemPage(code, []) })),
  ];
}
