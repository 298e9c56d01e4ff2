// Owns the JSON Schemas of configs given as data: { "lxc.uts.name": "web", "lxc.tty.max": 4, "lxc.mount.entry": [...] }.
import { keyGroups, type KeyDescription, type KeyGroup } from "../../src/config/describe.ts";
import type { Facts } from "../../src/config/grammar/grammar.ts";
import { systemRows } from "../../src/config/system.ts";
import { stateText, type Generated } from "./pages.ts";

export type Schema = Readonly<Record<string, unknown>>;
const DIALECT = "https://json-schema.org/draft/2020-12/schema";

const quote = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
const anyCase = (text: string): string => [...text].map((letter) => (/[a-z]/i.test(letter) ? `[${letter.toLowerCase()}${letter.toUpperCase()}]` : quote(letter))).join("");

/** One word of a value that is words between blanks. */
function wordPattern(facts: Facts): string {
  const others = facts.pattern === undefined ? [] : facts.pattern.split("|^").map((part) => part.replace(/^\^/, "")).map((part) => (part.endsWith("$") ? part.slice(0, -1) : `${part}[^ \\t]*`));
  const choices = (facts.choices ?? []).map((choice) => (facts.ignoresCase === true ? anyCase(choice) : quote(choice)));
  const all = [...choices, ...others];
  return all.length === 0 ? "[^ \\t]+" : `(?:${all.join("|")})`;
}

/** What a text may be. */
function textSchemas(facts: Facts): readonly Schema[] {
  const { choices, pattern, ignoresCase, isWords, offers } = facts;
  if (isWords === true) return [{ type: "string", pattern: `^[ \\t]*(?:${wordPattern(facts)}(?:[ \\t]+${wordPattern(facts)})*)?[ \\t]*$`, ...(choices === undefined ? {} : { examples: choices }) }];
  const cases = ignoresCase === true && choices !== undefined ? [{ type: "string", pattern: `^(?:${choices.map(anyCase).join("|")})$` }] : [];
  const patterns = pattern === undefined ? [] : [{ type: "string", pattern }];
  if (choices !== undefined) return [{ enum: choices }, ...cases, ...patterns];
  return patterns.length > 0 ? patterns : [{ type: "string", ...(offers === undefined ? {} : { examples: offers }) }];
}

function numberSchemas({ is, min, max, choices = [] }: Facts): readonly Schema[] {
  const limits = { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
  if (is === "switch") return [{ type: "boolean" }, { enum: [0, 1] }];
  if (is === "number") return [{ type: "integer", ...limits }];
  return choices.length > 0 && choices.every((choice) => /^\d$/.test(choice)) ? [{ enum: choices.map(Number) }] : [];
}

function valueSchema(key: KeyDescription): Schema {
  if (key.isClearing) return { const: "" };
  const one = [...numberSchemas(key.facts), ...textSchemas(key.facts)];
  const items = one.length === 1 ? one[0] : { anyOf: one };
  return { anyOf: [{ const: "" }, ...one, ...(key.isRepeatable ? [{ type: "array", items }] : [])] };
}

function defaultOf({ default: unset, facts }: KeyDescription): Schema {
  if (unset === "") return {};
  return { default: facts.is === "switch" ? unset === "1" : facts.is === "number" && /^-?\d+$/.test(unset) ? Number(unset) : unset };
}

const keySchema = (key: KeyDescription): Schema => ({
  title: key.key, description: [key.doc, `(Value: ${key.expects})`, ...(key.why === undefined ? [] : [`Berth: ${stateText(key)}: ${key.why}`])].join(" "),
  ...defaultOf(key), ...(key.until === undefined ? {} : { $comment: `LXC ${key.since} to ${key.until}` }), ...valueSchema(key),
});

/** A key with N or a star as a pattern; exact keys below a family are not part of it. */
function keyPattern(key: KeyDescription, keys: readonly KeyDescription[]): string {
  const prefix = key.key.slice(0, -1);
  if (!key.isFamily) return `^${quote(key.key).replace("\\.N", "\\.[0-9]+")}$`;
  const members = key.members.length > 0 ? `(?:${key.members.map(quote).join("|")})` : ".+";
  const exact = keys.filter((other) => !other.isFamily && other.key.startsWith(prefix)).map((other) => quote(other.key.slice(prefix.length)));
  return `^${quote(prefix)}${exact.length === 0 ? "" : `(?!(?:${exact.join("|")})$)`}${members}$`;
}

const reference = (key: KeyDescription): Schema => ({ $ref: `#/$defs/${key.key}` });
const isPattern = (key: KeyDescription): boolean => key.isFamily || key.key.includes(".N");

/** Old names: `lxc.network.type` belongs to the interface begun last, which data has not; only those with a number can be said. */
function oldNames(keys: readonly KeyDescription[]): readonly (readonly [string, Schema])[] {
  return keys.flatMap((key) => key.legacy.filter((name) => !name.startsWith("lxc.network.") && !name.endsWith(".*")).map((name): readonly [string, Schema] => [name, { ...reference(key), deprecated: true, description: `The name that ${key.key} had before LXC 2.1.` }]));
}

function containerSchema(groups: readonly KeyGroup[] = keyGroups()): Schema {
  const keys = groups.flatMap((group) => group.keys);
  return {
    $schema: DIALECT, $id: "urn:berth:lxc.container.conf", title: "lxc.container.conf(5) as data",
    description: "The config of a container: keys with their values, lists as arrays. An empty text takes back what an included file says.",
    type: "object", additionalProperties: false,
    properties: Object.fromEntries([...keys.filter((key) => !isPattern(key)).map((key) => [key.key, reference(key)] as const), ...oldNames(keys)]),
    patternProperties: Object.fromEntries(keys.filter(isPattern).map((key) => [keyPattern(key, keys), reference(key)])),
    $defs: Object.fromEntries(keys.map((key) => [key.key, keySchema(key)])),
  };
}

const systemSchema = (): Schema => ({
  $schema: DIALECT, $id: "urn:berth:lxc.conf", title: "lxc.conf(5) as data", type: "object", additionalProperties: false,
  properties: Object.fromEntries(systemRows.map(({ key, doc, root, user, grammar }) => [key, { description: `${doc} (Value: ${grammar.expects})`, anyOf: [{ const: "" }, ...textSchemas(grammar.facts ?? {})], ...(root !== undefined && root === user ? { default: root } : {}) }])),
});

const file = (name: string, schema: Schema): Generated => ({ path: `share/berth/${name}.schema.json`, text: `${JSON.stringify(schema, undefined, 1)}\n` });

export const schemaFiles = (): readonly Generated[] => [file("lxc.container.conf", containerSchema()), file("lxc.conf", systemSchema())];
