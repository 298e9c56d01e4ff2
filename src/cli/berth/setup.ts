// Owns `berth setup`: the exact changes before they are made, the question, and how it ended.
import { readSync, writeSync } from "node:fs";
import type { Change, Need, SetupWish } from "../../model/setup.ts";
import { ok, fail, type Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { SetupAnswer, Unmade } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine, type CommandLine } from "../command-line.ts";
import { asJson } from "../json.ts";
import type { Tool } from "../options.ts";
import { JSON_ROW } from "./config-output.ts";

const rows = [
  { long: "dry-run", help: "print the changes, and make none" },
  { long: "yes", short: "y", help: "do not ask" },
  { long: "undo", help: "take back what setup did for this user, and nothing that others changed since" },
  { long: "bridge", argument: "required", metavar: "NAME", help: "which bridge his containers may join; 'none': no network (default: the lxc.net.0.link of /etc/lxc/default.conf, else lxcbr0)" },
  { long: "nics", argument: "required", metavar: "COUNT", help: "how many interfaces at once (default: 10)" },
  { long: "home-access", help: "let the root of his containers pass through his home (an access list, nobody else): for hooks that lie there and run inside" },
  JSON_ROW,
] as const;
type Row = (typeof rows)[number];
type Line = CommandLine<Row>;

export const tool: Tool<Row> = {
  name: "berth setup", synopsis: "[USER] [--dry-run | --undo]", hasName: false, rows,
  about: "Make an ordinary user ready for containers: ranges of ids, cgroups, interfaces, what the kernel and AppArmor ask for, a default.conf. It says first what it will change, does only what is missing, and can be undone.",
  examples: [
    ["berth setup alice --dry-run", "what would be changed"], ["berth setup alice --yes", "change it without a question"],
    ["sudo -u alice lxc-start -n web", "what works then, from any session"], ["berth setup alice --undo", "as it was before"],
  ],
  notes: [
    "USER is who called sudo where none is named. Without root only --dry-run works. It installs no packages: it names the one that is missing.",
    "What was done is recorded in /var/lib/berth/setup/USER.json. What other users need as well stays until the last of them is undone. The exit status is 1 if something is left that setup does not do itself.",
  ],
};

const octal = (mode: number): string => mode.toString(8).padStart(4, "0");
function changeText(change: Change): string {
  switch (change.kind) {
    case "line": return `${change.file}: the line '${change.line}'`;
    case "file": return `${change.path}: ${change.text === "" ? "a new file, empty" : change.before === undefined ? "a new file" : "its text"}\n${change.text === "" ? "" : change.text.trimEnd().split("\n").map((line) => `      | ${line}\n`).join("")}`.trimEnd();
    case "directory": return `${change.path}/: a new directory`;
    case "mode": return `${change.path}: mode ${octal(change.to)}, was ${octal(change.from)}`;
    case "sysctl": return `sysctl ${change.name} = ${change.to}, was ${change.from}`;
    case "command": case "reload": return `run: ${change.argv.join(" ")}`;
  }
}
/** A script of ours is told by its name: the reader has it. */
const isLong = (change: Change): boolean => change.kind === "file" && change.text.startsWith("#!");
const shown = (change: Change): string => (isLong(change) && change.kind === "file" ? `${change.path}: share/berth/berth-cgroups of this Berth` : changeText(change));
const listed = (changes: readonly Change[]): string => changes.map((change) => `  ${shown(change)}\n      ${change.why}\n`).join("");
/** As it is told of an undo: what is run then. */
function undoOf(change: Change): readonly Change[] {
  if (change.kind === "reload") return [];
  if (change.kind !== "command") return [change];
  return change.undo === undefined ? [] : [{ ...change, argv: change.undo }];
}
const needed = (needs: readonly Need[]): string => needs.map(({ text, remedy }) => `left to you: ${text}\n    remedy: ${remedy}\n`).join("");

/** One line of the terminal. */
function saysYes(question: string): boolean {
  writeSync(2, question);
  const byte = new Uint8Array(1);
  let word = "";
  while (readSync(0, byte) === 1 && byte[0] !== 10) word += String.fromCharCode(byte[0] ?? 0);
  return /^y(es)?$/i.test(word.trim());
}

function wishOf({ options }: Line, bridgeOfHost: string | undefined): Result<SetupWish> {
  const count = options.last("nics");
  if (count !== undefined && !/^[1-9]\d{0,5}$/.test(count)) return fail({ code: "option.value", text: `--nics takes a number, not '${count}'` });
  const bridge = options.last("bridge") ?? bridgeOfHost ?? "lxcbr0";
  if (!/^[^\s/:@#]{1,15}$/.test(bridge)) return fail({ code: "option.value", text: `--bridge takes the name of an interface, not '${bridge}'` });
  const isHomePassable = options.has("home-access");
  return ok(bridge === "none" ? { isHomePassable } : { isHomePassable, nics: { bridge, count: Number(count ?? 10), isExact: count !== undefined } });
}

const dataOf = ({ user, changes, needs }: SetupAnswer, isDone: boolean): string => asJson({ user, changes, needs, isDone });

async function applied(line: Line, answer: SetupAnswer): Promise<Answer> {
  const { options, request } = line;
  const { user, changes, needs } = answer;
  const isJson = options.has("format");
  const status = needs.length > 0 ? 1 : 0;
  if (changes.length === 0) return done(status, { out: isJson ? dataOf(answer, true) : `${needed(needs)}${user}: nothing to do\n` });
  const plan = `For ${user} is changed:\n${listed(changes)}${needed(needs)}`;
  if (options.has("dry-run")) return done(status, { out: isJson ? dataOf(answer, false) : plan });
  if (!options.has("yes")) {
    if (!request.isTty[0] || !request.isTty[2]) return misuse(line, { code: "option.missing", text: "there is no terminal to ask on", remedy: `berth setup ${user} --dry-run shows the changes, --yes makes them` });
    if (!saysYes(`${plan}Change this? [y/N] `)) return done(1, { err: "Nothing was changed.\n" });
  }
  const made = await answer.make();
  if (!made.ok) return failed(line, made.problems);
  const told = options.has("yes") ? plan : needed(needs);
  return done(status, { out: isJson ? dataOf(answer, true) : `${told}${user} is set up; berth doctor --user ${user} tries it\n` });
}

function undone({ options }: Line, user: string, { changes, kept }: Unmade): Answer {
  if (options.has("format")) return done(0, { out: asJson({ user, changes, kept, isDone: !options.has("dry-run") }) });
  if (changes.length === 0) return done(0, { out: `${user}: nothing to undo\n` });
  const isDryRun = options.has("dry-run");
  return done(0, { out: `${isDryRun ? "Would be" : "Was"} taken back for ${user}:\n${listed(changes.flatMap(undoOf))}${kept.map((why) => `left as it is: ${why}\n`).join("")}` });
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, words: [named, extra] } = line;
  if (extra !== undefined) return misuse(line, { code: "option.unknown", text: `'${extra}' is one word too many`, remedy: "one user at a time" });
  const { bridgeOfHost, setup, setupUser, undoSetup } = await import("../../runtime/setup.ts");
  const user = setupUser(request, named);
  if (!user.ok) return misuse(line, ...user.problems);
  if (options.has("undo")) {
    const result = await undoSetup(request, user.value, { isDryRun: options.has("dry-run") });
    return result.ok ? undone(line, user.value, result.value) : failed(line, result.problems);
  }
  const wish = wishOf(line, bridgeOfHost());
  if (!wish.ok) return misuse(line, ...wish.problems);
  const result = await setup(request, user.value, wish.value);
  return result.ok ? applied(line, result.value) : failed(line, result.problems);
});
