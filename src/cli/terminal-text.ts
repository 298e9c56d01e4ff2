// Owns text of a file as it is shown on a terminal: nobody's config may move the reader's cursor or paint over lines.
import type { Request } from "../model/request.ts";

const name = (character: string): string => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;

/** Control characters but tabs and the ends of lines, as \\x1b. */
// oxlint-disable-next-line no-control-regex
export const calmed = (text: string): string => text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, name);

/** Control characters as \x1b on a terminal; what goes to a file or a program stays as it is. */
export const terminalText = ({ isTty }: Request, text: string): string => (isTty[1] ? calmed(text) : text);

/** A console's text, whose colours stay and whose other control sequences do nothing. */
// oxlint-disable-next-line no-control-regex
export const consoleText = (request: Request, text: string): string => text.split(/(\x1b\[[0-9;]*m)/).map((part, index) => (index % 2 === 1 ? part : terminalText(request, part))).join("");
