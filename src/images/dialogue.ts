// Owns what a template says and asks while it works; the doors do the talking.

export interface Dialogue {
  /** A line for the user. */
  readonly say: (text: string) => void;
  /** Text as an image has it. */
  readonly show: (text: string) => void;
  /** What the user answers; undefined: nobody is there. */
  readonly ask: (question: string) => string | undefined;
}

/** Nobody is there. */
export const SILENT: Dialogue = { say: () => undefined, show: () => undefined, ask: () => undefined };
