// Owns --format json: the verb's value as it is, numbers as numbers.

export const asJson = (value: unknown): string => `${JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? Number(part) : part), 1)}\n`;
