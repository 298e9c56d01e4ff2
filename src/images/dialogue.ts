// Owns what a template says and asks while it works; the doors do the talking.

export interface Dialogue {
  /** A line for the user. */
  readonly say: (text: string) => void;
  /** What the user answers; undefined: nobody is there. */
  readonly ask: (question: string) => string | undefined;
}
