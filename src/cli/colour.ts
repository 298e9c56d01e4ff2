// Owns colours: on terminals only; NO_COLOR (no-color.org) forbids them, CLICOLOR_FORCE asks for them anywhere.
import type { Request } from "../model/request.ts";

const CODES = { green: "32", red: "31", yellow: "33", bold: "1" } as const;
export type Colour = keyof typeof CODES;
export type Paint = (colour: Colour, text: string) => string;

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "" && value !== "0";

export function hasColours({ env, isTty }: Pick<Request, "env" | "isTty">): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  return isSet(env["CLICOLOR_FORCE"]) || (isTty[1] && env["TERM"] !== "dumb" && env["CLICOLOR"] !== "0");
}

function painter(request: Pick<Request, "env" | "isTty">): Paint {
  const isOn = hasColours(request);
  return (colour, text) => (isOn && text !== "" ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text);
}

const MARKS: readonly (readonly [RegExp, Colour])[] = [[/^(---|\+\+\+) /, "bold"], [/^\+/, "green"], [/^-/, "red"], [/^[~@]/, "yellow"]];
/** Lines of a diff, or of steps, by their first sign. */
export function paintLines(request: Pick<Request, "env" | "isTty">, text: string): string {
  const paint = painter(request);
  return text.split("\n").map((line) => { const colour = MARKS.find(([mark]) => mark.test(line))?.[1]; return colour === undefined ? line : paint(colour, line); }).join("\n");
}
