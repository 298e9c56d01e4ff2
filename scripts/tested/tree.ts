// Owns the shape of a test's source as far as command lines are put together in it: plain data, without TypeScript's own nodes.

export type Pattern =
  | { readonly kind: "name"; readonly name: string; readonly isRest?: true; readonly initial?: Tree }
  | { readonly kind: "tuple"; readonly items: readonly Pattern[]; readonly isRest?: true }
  | { readonly kind: "fields"; readonly fields: readonly (readonly [string, Pattern])[]; readonly isRest?: true };

export type Tree =
  | { readonly kind: "text"; readonly text: string }
  /** Texts and what is put between them. */
  | { readonly kind: "template"; readonly parts: readonly Tree[] }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "list"; readonly items: readonly Tree[] }
  | { readonly kind: "spread"; readonly of: Tree }
  | { readonly kind: "object"; readonly fields: readonly (readonly [string, Tree])[]; readonly spreads: readonly Tree[] }
  | { readonly kind: "member"; readonly of: Tree; readonly name: string }
  | { readonly kind: "call"; readonly callee: Tree; readonly args: readonly Tree[] }
  | { readonly kind: "function"; readonly params: readonly Pattern[]; readonly body: Tree }
  /** One of them, at different times. */
  | { readonly kind: "either"; readonly of: readonly Tree[] }
  | { readonly kind: "let"; readonly pattern: Pattern; readonly value?: Tree }
  | { readonly kind: "return"; readonly value: Tree }
  | { readonly kind: "loop"; readonly item: Pattern; readonly of: Tree; readonly body: Tree }
  | { readonly kind: "block"; readonly items: readonly Tree[] }
  | { readonly kind: "import"; readonly from: string; readonly names: readonly (readonly [local: string, there: string])[] }
  /** Anything else, with what is in it. */
  | { readonly kind: "other"; readonly items: readonly Tree[] };

export interface Source { readonly file: string; readonly tree: Tree }
