// Owns the completion for bash: one function for all commands, and a file by the name of each that loads it.
import { ALIASES } from "../../src/cli/berth/alias.ts";
import { OWN_VERBS } from "../../src/cli/berth/own-verbs.ts";
import { VERBS } from "../../src/cli/berth/config.ts";
import { isRepeated, type Command, type Kind, type Option } from "./commands.ts";
import { keyWords, systemKeyNames, valueCases } from "./key-words.ts";
import type { Generated } from "./pages.ts";

const kindText = (kind: Kind): string => (typeof kind === "string" ? kind : `words ${kind.words.join(" ")}`);
const spellings = ({ short, long }: Option): readonly string[] => [...(short === undefined ? [] : [`-${short}`]), `--${long}`];
const optionWords = ({ options }: Command): string => options.flatMap((option) => [...(option.short === undefined ? [] : [`-${option.short}`]), `--${option.long}${option.argument === "required" ? "=" : ""}`]).join(" ");

/** `case` of one command: which of its options take what. */
function argumentCase({ name, options }: Command): string {
  const cases = options.filter(({ argument }) => argument !== undefined).map((option) => {
    const words = option.argument === "required" ? spellings(option) : [`--${option.long}`];
    return `    ${words.map((word) => `'${name} ${word}'`).join("|")}) echo '${option.argument} ${option.isSubject ? "subject" : "plain"} ${kindText(option.kind)}' ;;`;
  });
  return cases.join("\n");
}

const positionCase = ({ name, words }: Command): string => words.map((kind, index) => `    '${name} ${index + 1}'${index === words.length - 1 && isRepeated(kind) ? `|'${name} '*` : ""}) echo '${kindText(kind)}' ;;`).join("\n");

const LOGIC = `
_berth_containers() { lxc-ls -1 \${_berth_lxcpath:+-P "$_berth_lxcpath"} 2>/dev/null; }

# Keys for what is typed; N is the number that is typed, or 0.
_berth_keys() {
  local number=0
  [[ $1 =~ ^lxc\\.net\\.([0-9]+) ]] && number=\${BASH_REMATCH[1]}
  echo "\${_berth_all_keys//.N/.$number}"
}

# What fits word $2 of kind $1; $3 is the key before it.
_berth_candidates() {
  local IFS=$' \\t\\n'
  case $1 in
    container) compgen -W "$(_berth_containers)" -- "$2" ;;
    key) compgen -W "$(_berth_keys "$2")" -- "$2" ;;
    subject) compgen -W "$(_berth_containers) $_berth_system_keys" -- "$2" ;;
    value) compgen -W "$(_berth_values "$3")" -- "$2" ;;
    assignment)
      if [[ $2 == *=* ]]; then compgen -P "\${2%%=*}=" -W "$(_berth_values "\${2%%=*}")" -- "\${2#*=}"
      else compgen -S = -W "$(_berth_keys "$2")" -- "$2"; fi ;;
    words\\ *) compgen -W "\${1#words }" -- "$2" ;;
    place) compgen -S : -W "$(_berth_containers)" -- "$2"; compgen -f -- "$2" ;;
    file) compgen -f -- "$2" ;;
    directory) compgen -d -- "$2" ;;
    command) compgen -c -- "$2" ;;
    user) compgen -u -- "$2" ;;
  esac
}

_berth_answer() {
  local IFS=$'\\n' typed=$2 skip=
  COMPREPLY=($(_berth_candidates "$@"))
  case $1 in file|directory|command) compopt -o filenames 2>/dev/null ;; place) compopt -o filenames -o nospace 2>/dev/null ;; assignment) [[ $2 == *=* ]] || compopt -o nospace 2>/dev/null ;; esac
  # bash takes = and : for ends of words, and replaces only what follows the last one
  case $typed in *[=:]*) [[ $COMP_WORDBREAKS == *=* ]] && skip=\${typed%"\${typed##*[=:]}"} ;; esac
  [[ -z $skip ]] || COMPREPLY=("\${COMPREPLY[@]#"$skip"}")
}

_berth() {
  local line=\${COMP_LINE:0:COMP_POINT} command cur word pending= found= position=1 key= start=1 index _berth_lxcpath=
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  cur=\${words[\${#words[@]}-1]}
  COMPREPLY=()
  command=\${words[0]##*/}
  if [[ $command == lxc ]] && ((\${#words[@]} > 2)); then
    start=2 command="lxc-\${words[1]}"
  elif [[ $command == berth ]]; then
    start=2 command="berth \${words[1]}"
    if ((\${#words[@]} == 2)); then _berth_answer "words $_berth_verbs" "$cur"; return; fi
    if [[ \${words[1]} == config ]]; then
      start=3 command="berth config \${words[2]}"
      if ((\${#words[@]} == 3)); then _berth_answer "words $_berth_config_verbs" "$cur"; return; fi
    fi
  fi
  for ((index = start; index < \${#words[@]} - 1; index++)); do
    word=\${words[index]}
    if [[ -n $pending ]]; then
      [[ $pending == *" directory" && \${words[index-1]} == @(-P|--lxcpath) ]] && _berth_lxcpath=$word
      pending=
      continue
    fi
    case $word in
      --) compopt -o default 2>/dev/null; return ;;
      --*=*) found=$(_berth_argument "$command \${word%%=*}"); [[ \${word%%=*} == --lxcpath ]] && _berth_lxcpath=\${word#*=} ;;
      -*) found=$(_berth_argument "$command $word"); [[ $found == required* ]] && pending=$found ;;
      *) found=; ((position++)); key=$word ;;
    esac
    [[ $found == *" subject "* ]] && ((position == 1)) && position=2
  done
  if [[ -n $pending ]]; then pending=\${pending#* }; _berth_answer "\${pending#* }" "$cur" "$key"; return; fi
  case $cur in
    --*=*)
      found=$(_berth_argument "$command \${cur%%=*}"); found=\${found#* }
      local option=\${cur%%=*}= IFS=$'\\n'
      COMPREPLY=($(_berth_candidates "\${found#* }" "\${cur#*=}"))
      # what bash replaces begins behind the =
      if [[ $COMP_WORDBREAKS != *=* ]]; then COMPREPLY=("\${COMPREPLY[@]/#/$option}"); elif [[ \${cur#*=} == *[=:]* ]]; then word=\${cur#*=}; COMPREPLY=("\${COMPREPLY[@]#"\${word%"\${word##*[=:]}"}"}"); fi ;;
    -*) COMPREPLY=($(compgen -W "$(_berth_options "$command")" -- "$cur")); [[ \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null ;;
    *) _berth_answer "$(_berth_position "$command $position")" "$cur" "$key" ;;
  esac
}
`;

export function bashFiles(all: readonly Command[]): readonly Generated[] {
  const programs = [...new Set(all.map(({ name }) => name.split(" ")[0] ?? ""))];
  const verbs = [...ALIASES.map(({ verb }) => verb), ...OWN_VERBS.map(({ verb }) => verb), "version", "help"].join(" ");
  const text = [
    "# Completion of Berth's commands for bash. Written by scripts/gen-reference.ts from the option tables and the table of keys; do not edit.",
    `_berth_verbs='${verbs}'`, `_berth_config_verbs='${VERBS.map(({ verb }) => verb).join(" ")}'`, `_berth_system_keys='${systemKeyNames.join(" ")}'`,
    `_berth_all_keys='${keyWords().map(({ key }) => key).join("\n")}'`, "",
    "_berth_values() {", "  case $1 in", ...valueCases().map(([patterns, values]) => `    ${patterns.join("|")}) echo '${values.join(" ")}' ;;`), "  esac", "}", "",
    "_berth_options() {", "  case $1 in", ...all.filter(({ options }) => options.length > 0).map((command) => `    '${command.name}') echo '${optionWords(command)}' ;;`), "  esac", "}", "",
    "# required or optional, whether it names the container, and what it takes", "_berth_argument() {", "  case $1 in", ...all.map(argumentCase).filter((part) => part !== ""), "  esac", "}", "",
    "_berth_position() {", "  case $1 in", ...all.map(positionCase).filter((part) => part !== ""), "  esac", "}", LOGIC, `complete -F _berth ${programs.join(" ")}`, "",
  ].join("\n");
  const folder = "share/bash-completion/completions";
  return [
    { path: `${folder}/berth`, text },
    ...programs.filter((name) => name !== "berth").map((name) => ({ path: `${folder}/${name}`, text: `# Written by scripts/gen-reference.ts; do not edit.\n. "\${BASH_SOURCE[0]%/*}/berth"\n` })),
  ];
}
