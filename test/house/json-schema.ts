// Owns a validator for the part of JSON Schema 2020-12 that our schemas use. An unknown word is an error, not a pass.
type Schema = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);
const schemaOf = (value: unknown): Schema => { if (!isObject(value)) throw new Error("not a schema"); return value; };
const ANNOTATIONS = new Set(["$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples", "deprecated"]);

function isType(value: unknown, type: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  return type === "object" ? isObject(value) : typeof value === type;
}

function hasProperties(root: Schema, schema: Schema, value: unknown): boolean {
  if (!isObject(value)) return true;
  const [exact, patterns] = [schemaOf(schema["properties"] ?? {}), Object.entries(schemaOf(schema["patternProperties"] ?? {}))];
  return Object.entries(value).every(([name, inner]) => {
    const found = [...(Object.hasOwn(exact, name) ? [exact[name]] : []), ...patterns.filter(([pattern]) => new RegExp(pattern, "u").test(name)).map(([, one]) => one)];
    return found.length === 0 ? schema["additionalProperties"] !== false : found.every((one) => validates(root, schemaOf(one), inner));
  });
}

type Rule = (root: Schema, expected: unknown, value: unknown) => boolean;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const RULES: Readonly<Record<string, Rule>> = {
  $ref: (root, to, value) => validates(root, schemaOf(schemaOf(root["$defs"])[String(to).replace("#/$defs/", "")]), value),
  type: (_, type, value) => isType(value, type),
  const: (_, expected, value) => value === expected,
  enum: (_, choices, value) => list(choices).includes(value),
  pattern: (_, pattern, value) => typeof value !== "string" || new RegExp(String(pattern), "u").test(value),
  minimum: (_, least, value) => typeof value !== "number" || value >= Number(least),
  maximum: (_, most, value) => typeof value !== "number" || value <= Number(most),
  anyOf: (root, cases, value) => list(cases).some((one) => validates(root, schemaOf(one), value)),
  required: (_, names, value) => !isObject(value) || list(names).every((name) => Object.hasOwn(value, String(name))),
  items: (root, of, value) => !Array.isArray(value) || value.every((item) => validates(root, schemaOf(of), item)),
};

/** `root` holds the $defs. */
export function validates(root: Schema, schema: Schema, value: unknown): boolean {
  return hasProperties(root, schema, value) && Object.entries(schema).every(([word, expected]) => {
    if (ANNOTATIONS.has(word) || ["properties", "patternProperties", "additionalProperties"].includes(word)) return true;
    const rule = RULES[word];
    if (rule === undefined) throw new Error(`the validator does not know '${word}'`);
    return rule(root, expected, value);
  });
}
