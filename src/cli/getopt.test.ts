// Compares getopt with glibc's getopt_long over generated tables and command lines, and fixes what is ours.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { getopt } from "./getopt.ts";
import type { OptionRow } from "./getopt.ts";

// One line per long option "NAME ARGUMENT VALUE", an empty line, then the words: from stdin, each ended by a NUL.
const HARNESS = `
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
  static char text[65536]; size_t size = fread(text, 1, sizeof text - 1, stdin);
  static struct option longs[64]; static char shorts[256]; static char *words[256]; static char program[] = "prog";
  int rows = 0, count = 0; size_t used = 0; char *at = text, *end = text + size;
  for (; at < end && *at; at += strlen(at) + 1) {
    static char names[64][32]; int argument, value;
    if (sscanf(at, "%31s %d %d", names[rows], &argument, &value) != 3) return 99;
    longs[rows] = (struct option){ names[rows], argument, NULL, value }; rows++;
    if (value < 128) { shorts[used++] = (char)value; for (int i = 0; i < argument; i++) shorts[used++] = ':'; }
  }
  words[count++] = program;
  for (at++; at < end; at += strlen(at) + 1) words[count++] = at;
  for (;;) {
    int got = getopt_long(count, words, shorts, longs, NULL);
    if (got < 0) break;
    if (got == '?') { puts("?"); return 0; }
    printf("%d %s%s\\n", got, optarg ? "=" : "-", optarg ? optarg : "");
  }
  for (; optind < count; optind++) printf("+%s\\n", words[optind]);
  return 0;
}`;

let directory = "";
let harness = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "getopt-"));
  harness = join(directory, "harness");
  writeFileSync(`${harness}.c`, HARNESS);
  expect(spawnSync("gcc", ["-o", harness, `${harness}.c`], { encoding: "utf8" }).stderr).toBe("");
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const ARGUMENTS = { none: 0, required: 1, optional: 2 } as const;
const FIRST_LONG_ONLY = 1000;
const valueOf = (rows: readonly OptionRow[], row: OptionRow): number => row.short?.charCodeAt(0) ?? FIRST_LONG_ONLY + rows.indexOf(row);

function byGlibc(rows: readonly OptionRow[], words: readonly string[]): { readonly lines: string; readonly error: string } {
  const table = rows.map((row) => `${row.long} ${ARGUMENTS[row.argument ?? "none"]} ${valueOf(rows, row)}\0`).join("");
  const { stdout, stderr, status } = spawnSync(harness, { input: `${table}\0${words.map((word) => `${word}\0`).join("")}`, encoding: "utf8", env: {} });
  expect(status).toBe(0);
  return { lines: stdout, error: stderr };
}

function byUs(rows: readonly OptionRow[], words: readonly string[]): { readonly lines: string; readonly error: string } {
  const { found, positionals, error } = getopt(words, rows, { program: "prog" });
  const lines = [...found.map(({ row, value }) => `${valueOf(rows, row)} ${value === undefined ? "-" : `=${value}`}`), ...(error === undefined ? positionals.map((word) => `+${word}`) : ["?"])];
  return { lines: lines.map((line) => `${line}\n`).join(""), error: error === undefined ? "" : `${error}\n` };
}

const longName = fc.constantFrom("name", "namespaces", "no", "nolock", "nokill", "help", "he", "define", "daemon", "x", "share-net", "share-ipc");
const row: fc.Arbitrary<OptionRow> = fc.record({
  long: longName, help: fc.constant(""), short: fc.option(fc.constantFrom("a", "b", "n", "x", "1"), { nil: undefined }),
  argument: fc.option(fc.constantFrom("required" as const, "optional" as const), { nil: undefined }),
}).map(({ short, argument, ...rest }) => ({ ...rest, ...(short === undefined ? {} : { short }), ...(argument === undefined ? {} : { argument }) }));
// A letter has one meaning in LXC's tables too: what getopt's first match in the string of letters would be.
const table = fc.uniqueArray(row, { minLength: 1, maxLength: 8, selector: ({ short, long }) => short ?? `--${long}` });
const letters = fc.array(fc.constantFrom("a", "b", "n", "x", "z", "1", "-", "=", ":", "?"), { minLength: 1, maxLength: 4 }).map((some) => `-${some.join("")}`);
const cut = fc.tuple(longName, fc.nat(12)).map(([name, length]) => `--${name.slice(0, length)}`);
const word = fc.oneof(letters, cut, cut.map((text) => `${text}=v`), cut.map((text) => `${text}=`), fc.constantFrom("--", "-", "web", "", "--nothing", "a b", "--=x"));
const commandLine = fc.array(word, { maxLength: 7 });

test("agrees with glibc on any table and any command line", () => {
  fc.assert(fc.property(table, commandLine, (rows, words) => {
    expect(byUs(rows, words)).toEqual(byGlibc(rows, words));
  }), { numRuns: 600 });
});

const ROWS: readonly OptionRow[] = [
  { long: "elevated-privileges", short: "e", argument: "optional", help: "" }, { long: "explain", argument: "optional", help: "", isOurs: true },
  { long: "name", short: "n", argument: "required", help: "" }, { long: "daemon", short: "d", help: "" },
];
const read = (...words: readonly string[]): readonly (readonly [string, string | undefined])[] => getopt(words, ROWS, { program: "p" }).found.map(({ row: { long }, value }) => [long, value]);

test("an abbreviation means LXC's option before ours", () => {
  expect(read("--e")).toEqual([["elevated-privileges", undefined]]);
  expect(read("--ex=json")).toEqual([["explain", "json"]]);
});

test("clusters, attached and following arguments", () => {
  expect(read("-dn", "web", "-nweb", "--name", "web", "--na=web")).toEqual([["daemon", undefined], ["name", "web"], ["name", "web"], ["name", "web"], ["name", "web"]]);
});

test("an optional argument is never the next word", () => {
  expect(read("-e", "CAP", "-eCAP")).toEqual([["elevated-privileges", undefined], ["elevated-privileges", "CAP"]]);
  expect(getopt(["-e", "CAP", "-eCAP"], ROWS, { program: "p" }).positionals).toEqual(["CAP"]);
});

test("POSIXLY_CORRECT ends the options at the first word", () => {
  expect(getopt(["-d", "web", "-d"], ROWS, { program: "p", isPosix: true }).positionals).toEqual(["web", "-d"]);
});
