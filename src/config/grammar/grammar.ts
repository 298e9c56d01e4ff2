// Owns Grammar: how a value's text becomes a typed value, or says what is wrong with it and where.

export interface Wrong {
  readonly ok: false;
  /** Quotes the user's token, no full stop: `'yes' is not 0 or 1`. */
  readonly text: string;
  /** Where in the value the offending token starts. */
  readonly offset: number;
  readonly remedy?: string;
}
export type Reading<T> = { readonly ok: true; readonly value: T } | Wrong;

/** What is known of right values without reading one: the JSON Schema, completion and the library's types need it. */
export interface Facts {
  /** 0 or 1, or a whole number that may also be written as 0x10 or 010. */
  readonly is?: "switch" | "number";
  readonly min?: number;
  readonly max?: number;
  /** The value is words between blanks: what follows is said of each. */
  readonly isWords?: boolean;
  /** All right texts, but for those that match `pattern`. */
  readonly choices?: readonly string[];
  /** The choices may be written in any case. */
  readonly ignoresCase?: boolean;
  /** Every right text that is no choice matches this regular expression. */
  readonly pattern?: string;
  /** Words worth offering where other texts are right, too. */
  readonly offers?: readonly string[];
}

export interface Grammar<T> {
  /** What a value must look like, for the reference and for messages: `0 or 1`. */
  readonly expects: string;
  readonly facts?: Facts;
  readonly read: (text: string) => Reading<T>;
  /** The items get_config_item prints for a value; default: its text as written. */
  show?(value: T): readonly string[];
}

export function shown(grammar: Grammar<unknown>, text: string): readonly string[] {
  const reading = grammar.read(text);
  return reading.ok && grammar.show !== undefined ? grammar.show(reading.value) : [text];
}

export const good = <T>(value: T): Reading<T> => ({ ok: true, value });
/** A message stays readable, whatever a line holds. */
export const brief = (text: string): string => (text.length <= 300 ? text : `${text.slice(0, 140)} … ${text.slice(-140)}`);

export const wrong = (text: string, offset = 0, remedy?: string): Wrong => ({ ok: false, text: brief(text), offset, ...(remedy === undefined ? {} : { remedy }) });

/** A token and where it starts. */
export interface Word { readonly text: string; readonly offset: number }

const BLANK = 32, TAB = 9;

/** The words between blanks. */
export function words(text: string): readonly Word[] {
  const found: Word[] = [];
  let start = -1;
  for (let at = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at);
    const isBlank = at === text.length || code === BLANK || code === TAB;
    if (!isBlank && start < 0) start = at;
    if (isBlank && start >= 0) {
      found.push({ text: text.slice(start, at), offset: start });
      start = -1;
    }
  }
  return found;
}
