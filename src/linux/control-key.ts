// Owns control keys by their letter: `^a` and `a` are Ctrl+a, byte 1.

const A = 0x61, FIRST = 1, LETTERS = 26;

/** The byte of Ctrl and a letter; undefined when the text is no letter. */
export function controlKey(text: string): number | undefined {
  const letter = text.replace(/^\^(?=.)/, "").toLowerCase();
  return /^[a-z]$/.test(letter) ? letter.charCodeAt(0) - A + FIRST : undefined;
}

/** The letter of a control key. */
export const keyName = (key: number): string => (key >= FIRST && key < FIRST + LETTERS ? String.fromCharCode(key - FIRST + A) : "?");
