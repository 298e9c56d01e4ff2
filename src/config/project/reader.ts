// Owns taking values out of a YAML tree: each of the wanted kind, or a problem with its line and column.
import type { Origin } from "../../model/origin.ts";
import type { Problem } from "../../model/problem.ts";
import { nearest } from "../nearest.ts";
import type { MapEntry, Node, Spot } from "./yaml.ts";

const KINDS = { map: "a mapping", list: "a list", scalar: "a value" } as const;

/** Problems are collected: all are told at once. */
export class Reader {
  readonly #file: string;
  readonly problems: Problem[] = [];
  constructor(file: string) { this.#file = file; }

  from(at: Spot, key: string): Origin { return { kind: "config", file: this.#file, line: at.line, column: at.column, key }; }
  refuse(at: Spot, key: string, text: string, remedy?: string): void {
    this.problems.push({ code: "config.value", at: this.from(at, key), text: `${this.#file}:${at.line}:${at.column}: ${text}`, ...(remedy === undefined ? {} : { remedy }) });
  }

  /** Entries of a mapping; nothing is an empty one. `known`: other keys are refused. */
  entries(node: Node | undefined, key: string, known?: readonly string[]): readonly MapEntry[] {
    if (node === undefined || (node.kind === "scalar" && node.value === null)) return [];
    if (node.kind !== "map") {
      this.refuse(node.at, key, `${key} is ${KINDS[node.kind]}, not a mapping`);
      return [];
    }
    if (known !== undefined) for (const entry of node.entries.filter((one) => !known.includes(one.key))) this.#unknown(entry, key, known);
    return node.entries;
  }
  #unknown({ key, at }: MapEntry, place: string, known: readonly string[]): void {
    const close = nearest(key, known);
    this.refuse(at, key, `'${key}' is not known${place === "" ? "" : ` in ${place}`}`, close === undefined ? `one of ${known.join(", ")}` : `did you mean '${close}'?`);
  }

  items(node: Node | undefined, key: string): readonly Node[] {
    if (node === undefined || (node.kind === "scalar" && node.value === null)) return [];
    if (node.kind === "list") return node.items;
    this.refuse(node.at, key, `${key} is ${KINDS[node.kind]}, not a list`);
    return [];
  }
  text(node: Node | undefined, key: string): string | undefined {
    if (node === undefined) return undefined;
    if (node.kind === "scalar" && node.value !== null) return node.text;
    this.refuse(node.at, key, `${key} is ${node.kind === "scalar" ? "empty" : `${KINDS[node.kind]}, not one value`}`);
    return undefined;
  }
  texts(node: Node | undefined, key: string): readonly string[] {
    return node?.kind === "scalar" ? [this.text(node, key) ?? ""] : this.items(node, key).flatMap((item) => this.text(item, key) ?? []);
  }
  /** A shell's line, or its words. */
  command(node: Node | undefined, key: string): readonly string[] {
    const text = node?.kind === "scalar" ? this.text(node, key) : undefined;
    return text === undefined ? this.items(node, key).flatMap((item) => this.text(item, key) ?? []) : ["/bin/sh", "-c", text];
  }
  flag(node: Node | undefined, key: string): boolean {
    if (node === undefined) return false;
    if (node.kind === "scalar" && typeof node.value === "boolean") return node.value;
    this.refuse(node.at, key, `${key} is neither true nor false`);
    return false;
  }
  /** One that matches. */
  matching(node: Node | undefined, key: string, rule: { readonly pattern: RegExp; readonly remedy: string }): string | undefined {
    const text = this.text(node, key);
    if (text === undefined || node === undefined || rule.pattern.test(text)) return text;
    this.refuse(node.at, key, `'${text}' is no ${key}`, rule.remedy);
    return undefined;
  }
  /** `2`, `500ms`, `2s`, `1m` as seconds. */
  seconds(node: Node | undefined, key: string, otherwise: number): number {
    const text = this.matching(node, key, { pattern: /^\d+(\.\d+)?(ms|s|m|h)?$/, remedy: "a number of seconds, or with a unit: 500ms, 2s, 1m" });
    const [, number = "", unit = "s"] = /^([\d.]+)(ms|s|m|h)?$/.exec(text ?? "") ?? [];
    return number === "" ? otherwise : Number(number) * ({ ms: 0.001, s: 1, m: 60, h: 3600 }[unit] ?? 1);
  }
}
