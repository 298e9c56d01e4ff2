// Owns the completion for zsh: one function for all commands, with what each option says of itself.
import { ALIASES } from "../../src/cli/berth/alias.ts";
import { OWN_VERBS } from "../../src/cli/berth/own-verbs.ts";
import { VERBS } from "../../src/cli/berth/config.ts";
import { isRepeated, type Command, type Kind, type Option } from "./commands.ts";
import { keyWords, systemKeyNames, valueCases } from "./key-words.ts";
import type { Generated } from "./pages.ts";

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
/** Colons and brackets mean something to _arguments. */
const plain = (text: string): string => text.replaceAll(/[\\[\]:]/g, (letter) => `\\${letter}`);
const ACTIONS = { container: "_berth_containers", key: "_berth_keys", assignment: "_berth_assignments", value: "_berth_values", subject: "_berth_subjects", place: "_berth_places", file: "_files", directory: "_files -/", command: "_command_names -e", user: "_users", text: " " } as const;
const actionOf = (kind: Kind): string => (typeof kind === "string" ? ACTIONS[kind] : `(${kind.words.join(" ")})`);

function specs({ short, long, argument, kind, metavar, help }: Option): readonly string[] {
  const words = argument === "required" ? [...(short === undefined ? [] : [`-${short}+`]), `--${long}=`] : [...(short === undefined ? [] : [`-${short}`]), argument === "optional" ? `--${long}=-` : `--${long}`];
  const message = argument === undefined ? "" : `${argument === "optional" ? "::" : ":"}${plain(metavar)}:${actionOf(kind)}`;
  return words.map((word) => quoted(`*${word}[${plain(help)}]${argument === "optional" && !word.startsWith("--") ? "" : message}`));
}

const actions = (words: readonly Kind[]): string => words.map((kind) => quoted(actionOf(kind))).join(" ");

function commandCase({ name, options, words }: Command): string {
  const subjects = options.filter(({ isSubject }) => isSubject).flatMap(({ short, long }) => [...(short === undefined ? [] : [`-${short}*`]), `--${long}*`]);
  const repeats = isRepeated(words.at(-1)) ? 1 : 0;
  return [
    `    ${quoted(name)})`,
    `      _berth_positions ${repeats} ${quoted(subjects.join("|"))} ${actions(words)}`,
    `      _arguments -S ${options.flatMap(specs).map((spec) => `\\\n        ${spec}`).join(" ")} "$_berth_position_specs[@]" ;;`,
  ].join("\n");
}

const LOGIC = `
_berth_containers() {
  local place=\${opt_args[-P]:-\${opt_args[--lxcpath]}}
  compadd -- \${(f)"$(lxc-ls -1 \${place:+-P} \${place:+$place} 2>/dev/null)"}
}
_berth_places() {
  local place=\${opt_args[-P]:-\${opt_args[--lxcpath]}}
  compadd -q -S : -- \${(f)"$(lxc-ls -1 \${place:+-P} \${place:+$place} 2>/dev/null)"}
  _files
}
_berth_subjects() { _berth_containers; compadd -- $_berth_system_keys }

# N is the number that is typed, or 0
_berth_numbered() {
  local number=0
  [[ $PREFIX =~ '^lxc\\.net\\.([0-9]+)' ]] && number=$match[1]
  reply=("\${(@)_berth_all_keys//.N/.$number}")
}
_berth_keys() { local -a reply; _berth_numbered; _describe -t keys key reply }
_berth_assignments() {
  local -a reply
  if compset -P '*='; then _berth_values_of "\${\${IPREFIX%=}##*=}"; compadd -- $reply; return; fi
  _berth_numbered
  compadd -q -S = -- "\${(@)reply%%:*}"
}
_berth_values() {
  local -a reply
  _berth_values_of "$line[-1]"
  [[ $#reply -gt 0 ]] || _berth_values_of "$words[CURRENT-1]"
  compadd -- $reply
}

# Specs of the words that are no options; where an option names the container, the first one is not asked for.
_berth_positions() {
  local repeats=$1 subjects=$2 index
  shift 2
  _berth_position_specs=()
  [[ -n $subjects && -n \${(M)words:#\${~subjects}} ]] && shift
  for ((index = 1; index <= $#; index++)); do
    if ((index == $# && repeats)); then _berth_position_specs+=("*:word:\${@[index]}"); else _berth_position_specs+=("$index:word:\${@[index]}"); fi
  done
}
`;

export function zshFile(all: readonly Command[]): Generated {
  const programs = [...new Set(all.map(({ name }) => name.split(" ")[0] ?? ""))];
  const verbs = [...ALIASES.map(({ verb, does }) => `${verb}:${plain(does)}`), ...OWN_VERBS.map(({ verb, does }) => `${verb}:${plain(does)}`), "version:of Berth", "help:the verbs"];
  const text = [
    `#compdef ${programs.join(" ")}`, "# Written by scripts/gen-reference.ts from the option tables and the table of keys; do not edit.", "",
    `typeset -ga _berth_all_keys=(${keyWords().map(({ key, doc }) => `\n  ${quoted(`${key}:${doc}`)}`).join("")}\n)`, `typeset -ga _berth_system_keys=(${systemKeyNames.join(" ")})`, "typeset -ga _berth_position_specs", "",
    "_berth_values_of() {", "  reply=()", "  case $1 in", ...valueCases().map(([patterns, values]) => `    ${patterns.join("|")}) reply=(${values.map(quoted).join(" ")}) ;;`), "  esac", "}", LOGIC,
    "_berth() {", "  local command=$service context state", "  local -a line", "  local -A opt_args",
    "  if [[ $service == lxc ]] && ((CURRENT > 2)); then command=lxc-$words[2]; shift words; ((CURRENT--)); fi", "  if [[ $service == berth ]]; then", `    local -a verbs=(${verbs.map(quoted).join(" ")}) config_verbs=(${VERBS.map(({ verb, does }) => quoted(`${verb}:${plain(does)}`)).join(" ")})`,
    "    if ((CURRENT == 2)); then _describe -t verbs verb verbs; return; fi",
    '    command="berth $words[2]"; shift words; ((CURRENT--))',
    '    if [[ $command == "berth config" ]]; then', "      if ((CURRENT == 2)); then _describe -t verbs verb config_verbs; return; fi", '      command="berth config $words[2]"; shift words; ((CURRENT--))', "    fi", "  fi",
    "  case $command in", ...all.map(commandCase), "  esac", "}", "", '_berth "$@"', "",
  ].join("\n");
  return { path: "share/zsh/site-functions/_berth", text };
}
