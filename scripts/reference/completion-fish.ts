// Owns the completion for fish: a line for each option and word, and functions for containers, keys and values.
import { ALIASES } from "../../src/cli/berth/alias.ts";
import { OWN_VERBS } from "../../src/cli/berth/own-verbs.ts";
import { VERBS } from "../../src/cli/berth/config.ts";
import { isRepeated, type Command, type Kind, type Option } from "./commands.ts";
import { keyWords, systemKeyNames, valueCases } from "./key-words.ts";
import type { Generated } from "./pages.ts";

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
const OFFERS = { container: "(__berth_containers)", place: "(__berth_containers):", key: "(__berth_keys)", assignment: "(__berth_assignments)", value: "(__berth_values (__berth_word key))", subject: "(__berth_subjects)", directory: "(__fish_complete_directories)", command: "(__fish_complete_command)", user: "(__fish_complete_users)", file: undefined, text: undefined } as const;
const offered = (kind: Kind): string | undefined => (typeof kind === "string" ? OFFERS[kind] : kind.words.join(" "));
const SHORT_DOC = 70;
const brief = (text: string): string => (text.length <= SHORT_DOC ? text : `${text.slice(0, text.lastIndexOf(" ", SHORT_DOC))} …`);

function optionLine(command: Command, { short, long, argument, kind, help }: Option): string {
  const program = command.name.split(" ")[0] ?? "";
  const condition = command.name === program ? "" : ` -n ${quoted(`__berth_is ${quoted(command.name)}`)}`;
  const words = offered(kind);
  const takes = argument !== "required" ? "" : kind === "file" ? " -r -F" : words === undefined ? " -x" : ` -x -a ${quoted(words)}`;
  const optional = argument === "optional" && words !== undefined ? ` -f -a ${quoted(words.split(" ").map((word) => `--${long}=${word}`).join(" "))}` : "";
  return `complete -c ${program}${condition}${short === undefined ? "" : ` -s ${quoted(short)}`} -l ${long}${takes}${argument === "optional" ? "" : optional} -d ${quoted(brief(help))}`;
}

function wordLines({ name, words }: Command): readonly string[] {
  return words.flatMap((kind, index) => {
    const offers = offered(kind);
    const repeats = index === words.length - 1 && isRepeated(kind);
    return offers === undefined ? [] : [`complete -c ${name.split(" ")[0] ?? ""} -n ${quoted(`__berth_is ${quoted(name)}; and test (__berth_word number) ${repeats ? "-ge" : "-eq"} ${index + 1}`)} ${kind === "place" ? "-F" : "-x"} -a ${quoted(offers)}`];
  });
}

const LOGIC = `
function __berth_is
    test (__berth_word command) = $argv[1]
end

# The command with its verbs; the number of the word that is typed, of those that are no options; the last of them.
function __berth_word
    set -l words (commandline -opc)
    set -l command (path basename -- $words[1])
    set -e words[1]
    if test $command = berth; and set -q words[1]
        set command "berth $words[1]"
        set -e words[1]
        if test $command = 'berth config'; and set -q words[1]
            set command "berth config $words[1]"
            set -e words[1]
        end
    end
    if test $argv[1] = command
        echo $command
        return
    end
    set -l takes (__berth_takes $command)
    set -l names (__berth_names $command)
    set -l number 1
    set -l pending 0
    set -l last
    for word in $words
        if test $pending = 1
            set pending 0
            continue
        end
        if string match -qr '^-' -- $word
            contains -- $word $takes; and set pending 1
            contains -- (string replace -r '=.*' '' -- $word) $names; and test $number = 1; and set number 2
        else
            set number (math $number + 1)
            set last $word
        end
    end
    test $argv[1] = number; and echo $number; or echo $last
end

# lxc start …: what lxc-start … is offered
function __berth_multicall
    set -l words (commandline -opc)
    set -l token (commandline -ct)
    complete -C (string join ' ' -- (string escape -- lxc-$words[2] $words[3..]) "$token")
end

function __berth_containers
    set -l words (commandline -opc)
    set -l at (contains -i -- -P $words; or contains -i -- --lxcpath $words)
    set -l place
    test -n "$at"; and set -q words[(math $at + 1)]; and set place -P $words[(math $at + 1)]
    lxc-ls -1 $place 2>/dev/null
end

function __berth_subjects
    __berth_containers
    string split ' ' -- $__berth_system_keys
end

# What is typed of a key, behind --define= where it is there
function __berth_typed
    string replace -r '^--[a-z-]+=' '' -- (commandline -ct)
end

# N is the number that is typed, or 0
function __berth_keys
    set -l number (string match -r '^lxc\\\\.net\\\\.([0-9]+)' -- (__berth_typed))[2]
    test -n "$number"; or set number 0
    string replace '.N' ".$number" -- $__berth_all_keys
end

function __berth_assignments
    set -l typed (__berth_typed)
    if string match -q '*=*' -- $typed
        set -l key (string split -m 1 = -- $typed)[1]
        string replace -r '^' "$key=" -- (__berth_values $key)
    else
        string replace -r '\\t' '=\\t' -- (__berth_keys)
    end
end
`;

const lists = (name: string, all: readonly Command[], wanted: (option: Option) => boolean): readonly string[] => [
  `function ${name}`, "    switch $argv[1]",
  ...all.flatMap((command) => {
    const words = command.options.filter(wanted).flatMap(({ short, long }) => [...(short === undefined ? [] : [`-${short}`]), `--${long}`]);
    return words.length === 0 ? [] : [`        case ${quoted(command.name)}`, `            string split ' ' -- ${quoted(words.join(" "))}`];
  }), "    end", "end", "",
];

export function fishFiles(all: readonly Command[]): readonly Generated[] {
  const programs = [...new Set(all.map(({ name }) => name.split(" ")[0] ?? ""))];
  const verbs = [...ALIASES.map(({ verb, does }) => [verb, does] as const), ...OWN_VERBS.map(({ verb, does }) => [verb, does] as const), ["version", "of Berth"] as const, ["help", "the verbs"] as const];
  const text = [
    "# Completion of Berth's commands for fish. Written by scripts/gen-reference.ts from the option tables and the table of keys; do not edit.",
    `set -g __berth_system_keys ${quoted(systemKeyNames.join(" "))}`, `set -g __berth_all_keys ${keyWords().map(({ key, doc }) => `\\\n    ${quoted(key)}\\t${quoted(brief(doc))}`).join(" ")}`, "",
    "function __berth_values", "    switch $argv[1]", ...valueCases().flatMap(([patterns, values]) => [`        case ${patterns.map(quoted).join(" ")}`, `            string split ' ' -- ${quoted(values.join(" "))}`]), "    end", "end", "",
    ...lists("__berth_takes", all, ({ argument }) => argument === "required"), ...lists("__berth_names", all, ({ isSubject }) => isSubject), LOGIC,
    ...programs.map((program) => `complete -c ${program} -f`),
    ...verbs.map(([verb, does]) => `complete -c berth -n '__berth_is berth' -a ${verb} -d ${quoted(does)}`), ...VERBS.map(({ verb, does }) => `complete -c berth -n "__berth_is 'berth config'" -a ${verb} -d ${quoted(does)}`),
    "complete -c lxc -n 'test (count (commandline -opc)) -gt 1' -a '(__berth_multicall)'",
    ...all.flatMap((command) => [...wordLines(command), ...command.options.map((option) => optionLine(command, option))]), "",
  ].join("\n");
  const folder = "share/fish/vendor_completions.d";
  return [
    { path: `${folder}/berth.fish`, text },
    ...programs.filter((name) => name !== "berth").map((name) => ({ path: `${folder}/${name}.fish`, text: "# Written by scripts/gen-reference.ts; do not edit.\nfunctions -q __berth_word; or source (path dirname (status filename))/berth.fish\n" })),
  ];
}
