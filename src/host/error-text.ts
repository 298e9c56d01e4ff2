// Owns what is told of an error that the runtime threw: the kernel's meaning alone, where who tells it has named the file.
import { errnoNumber, errnoText, isErrno } from "../linux/errno.ts";
import { errorCode } from "./read-text.ts";

export function errorText(error: unknown): string {
  const code = error instanceof Error && "code" in error ? errorCode(error) : "";
  return isErrno(code) ? errnoText(errnoNumber(code)) : error instanceof Error ? error.message : String(error);
}
