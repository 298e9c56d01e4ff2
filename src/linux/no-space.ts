// Owns how it is known that a file system has no room left, or a quota is used up: by the kernel's answer, by what a program says.
export const isNoSpace = (code: string | undefined): boolean => code === "ENOSPC" || code === "EDQUOT";
/** What tar(1) says when the last of the room took a part of what it wrote: it does not ask again to be told why. */
const SHORT_WRITE = /\bWrote only \d+ of \d+ bytes\b/;
export const saysNoSpace = (words: string): boolean => words.includes("No space left on device") || words.includes("Disk quota exceeded") || SHORT_WRITE.test(words);
