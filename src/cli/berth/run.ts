// Owns `berth run`: from an image to a shell, or to what the image is for, in one command, and gone again unless it has a
// name; without --image it is lxc-execute.
import { existsSync, writeSync } from "node:fs";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { Target } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { failed, withLine, type CommandLine } from "../command-line.ts";
import { IMAGE_ROWS, OWN_ROWS } from "../image-options.ts";
import { getopt } from "../getopt.ts";
import { COMMON, NAME, type Tool } from "../options.ts";
import { say } from "../say.ts";

const rows = [
  NAME,
  { long: "image", argument: "required", metavar: "IMAGE", help: "what it is made of, if it is not there yet: debian/bookworm, oci:REGISTRY/NAME:TAG, file:ARCHIVE or an imported one; berth image --help" },
  { long: "rm", help: "remove it when what runs in it has ended; without NAME this is so", isOurs: true },
  { long: "config", short: "f", argument: "required", metavar: "FILE", help: "config to begin with (default: lxc-config lxc.default_config)" },
  { long: "bdev", short: "B", argument: "required", metavar: "STORAGE", help: "where its root file system is kept (default: what shares most of the image)" },
  ...OWN_ROWS, ...IMAGE_ROWS,
] as const;
type Line = CommandLine<(typeof rows)[number]>;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth run", synopsis: "[NAME] --image IMAGE [OPTION...] [-- COMMAND...]", hasName: true, rows,
  about: "A shell in a container of an image, which is made and started if need be; or a command in it. An image of a registry runs what it is for, or the command, and is over. With a NAME the container stays, until berth rm NAME; without one it has a name of its own and is gone when the shell or the command has ended. Without --image: lxc-execute.",
  examples: [
    ["berth run --image debian/bookworm", "a shell in a whole Debian, which is gone afterwards"],
    ["berth run --image debian/bookworm -- cat /etc/os-release", "a command in it"],
    ["berth run deb --image debian/bookworm", "one that stays, and a shell in it"],
    ["berth run deb --image debian/bookworm -- cat /etc/os-release", "a command in it; the second time nothing is made"],
    ["berth run app --image oci:registry.example.org/app:1.0", "what that image runs"],
    ["berth run box -- /bin/echo hello", "a container that is there runs one command: lxc-execute"],
  ],
};

const BOOT_S = 120;
/** A boot that takes no longer needs no words. */
const QUIET_MS = 3000;

/** What is typed before --: create takes the same options, but for --rm. */
const beforeCommand = (argv: readonly string[]): readonly string[] => (argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv);
const forCreate = (argv: readonly string[]): readonly string[] => beforeCommand(argv).filter((word) => word !== "--rm");

async function make(line: Line): Promise<Answer | undefined> {
  const { request, target } = line;
  const { settlePartial } = await import("../../runtime/partial.ts");
  const settled = await settlePartial(request, target);
  if (!settled.ok) return failed(line, settled.problems);
  if (existsSync(`${target.lxcpath}/${target.name}/config`)) return undefined;
  const { main: create } = await import("../lxc/create.ts");
  return create({ ...request, argv: [tool.name, ...forCreate(request.argv.slice(1))] }, 2);
}

/** Does its image say what runs in it? */
async function isForOneCommand(request: Request, target: Target): Promise<boolean> {
  const { loadConfig } = await import("../../runtime/container-config.ts");
  const loaded = loadConfig(request, target);
  return loaded.ok && loaded.value.spec.executeCmd !== undefined;
}

const wordsFor = ({ target: { name, lxcpath }, words }: Line): readonly string[] => ["-n", name, "-P", lxcpath, ...(words.length === 0 ? [] : ["--", ...words])];

/** The bridge of lxc-net is made where it alone is missing: a first container needs no other command. */
async function bridged({ request, voice }: Line, problems: readonly Problem[]): Promise<boolean> {
  const errors = problems.filter(({ severity }) => severity !== "warning");
  if (request.euid !== 0 || !errors.some(({ code }) => code === "network.link")) return false;
  const [{ bridgeState, netUp }, { run }] = [await import("../../runtime/net.ts"), await import("../../runtime/run.ts")];
  const { settings: { name }, facts } = bridgeState();
  if (facts.isUp || !errors.every(({ code, text }) => code === "network.link" && text.includes(`bridge '${name}' does not exist`))) return false;
  const plan = netUp(request);
  const ran = plan.ok ? await run(request, plan.value) : plan;
  if (!voice.isQuiet) writeSync(2, ran.ok ? `${name} is made, as lxc-net start does; lxc-net stop takes it away\n` : say(voice, ran.problems));
  return ran.ok;
}

/** What is to be said of it. */
async function boot(line: Line): Promise<Result<string>> {
  const { request, target } = line;
  const [{ start }, { run }, { BACKGROUND_START }] = [await import("../../runtime/start.ts"), await import("../../runtime/run.ts"), await import("../../runtime/plain-options.ts")];
  const tried = await start(request, target, BACKGROUND_START);
  const plan = !tried.ok && await bridged(line, tried.problems) ? await start(request, target, BACKGROUND_START) : tried;
  if (!plan.ok) return plan.problems.some(({ code }) => code === "container.running") ? ok("") : plan;
  const ran = await run(request, plan.value);
  if (!ran.ok) return ran;
  const { arrive } = await import("../../runtime/awaiting/milestone.ts");
  const slow = setTimeout(() => { if (!line.voice.isQuiet) writeSync(2, `waiting until ${target.name} has booted, at most ${BOOT_S} s\n`); }, QUIET_MS);
  const { missing, problems } = await arrive(request, target, { milestone: "booted", deadline: Date.now() + BOOT_S * 1000, seconds: BOOT_S }).finally(() => clearTimeout(slow));
  if (missing === "stopped" || missing === "running") return fail(...problems);
  // one that is slow, or of which a service has failed, has a shell even so
  return ok(say(line.voice, [...(plan.warnings ?? []), ...problems.map((problem): Problem => ({ ...problem, severity: "warning" }))]));
}

/** Made for one use: what was there before is somebody's. */
async function once(line: Line): Promise<Answer> {
  const { request, target, words } = line;
  const made = await make(line);
  if (made === undefined) return failed(line, [{ code: "container.exists", at: byOption("--rm"), text: `'${target.name}' is there already`, cause: "--rm removes what it has made itself, and nothing else", remedy: "leave out --rm, or choose another name" }]);
  if (made.kind !== "done" || made.status !== 0) return made;
  if (made.err !== undefined) writeSync(2, made.err);
  const { runOnce } = await import("../../runtime/run-once.ts");
  const ran = await runOnce(request, target, {
    command: words, isForOneCommand: await isForOneCommand(request, target),
    boot: async () => {
      const booted = await boot(line);
      if (booted.ok) writeSync(2, booted.value);
      return booted;
    },
  });
  return ran.ok ? { kind: "done", status: ran.value.status, err: say(line.voice, ran.warnings ?? []) } : failed(line, ran.problems);
}

async function go(line: Line): Promise<Answer> {
  if (line.options.has("rm")) return once(line);
  const made = await make(line);
  if (made !== undefined && (made.kind !== "done" || made.status !== 0)) return made;
  const said = made?.err ?? "";
  const { request, target } = line;
  if (await isForOneCommand(request, target)) return first(said, await (await import("../lxc/execute.ts")).main({ ...request, argv: [tool.name, ...wordsFor(line)] }, true));
  const booted = await boot(line);
  if (!booted.ok) return first(said, failed(line, booted.problems));
  return first(said + booted.value, await (await import("../lxc/attach.ts")).main({ ...request, argv: [tool.name, ...wordsFor(line)] }));
}
const first = (said: string, answer: Answer): Answer => (said === "" ? answer : { ...answer, err: said + (answer.err ?? "") });

/** Before --: what comes after is the command's own. */
const hasImage = (argv: readonly string[]): boolean => beforeCommand(argv).some((word) => word === "--image" || word.startsWith("--image="));
const isAsked = (argv: readonly string[]): boolean => beforeCommand(argv).some((word) => word === "--help" || word === "-h");

/** A command line without a name is about a container of one use, with a name that no other has. */
function withName(request: Request): Request {
  const [program = "", ...given] = request.argv;
  const { found, positionals, error } = getopt(beforeCommand(given), [...rows, ...COMMON], { program: tool.name });
  if (error !== undefined || positionals.length > 0 || found.some(({ row }) => row.long === "name")) return request;
  return { ...request, argv: [program, "-n", `run-${request.pid}-${Date.now().toString(36).slice(-4)}`, "--rm", ...given] };
}

export const main = async (request: Request): Promise<Answer> => {
  if (isAsked(request.argv)) return withLine(tool, request, go);
  if (hasImage(request.argv)) return withLine(tool, withName(request), go);
  return (await import("../lxc/execute.ts")).main({ ...request, argv: [tool.name, ...request.argv.slice(1)] }, true);
};
