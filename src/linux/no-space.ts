// Owns how it is known that a file system has no room left, or a quota is used up: by the kernel's answer, by what a program says.
export const isNoSpace = (code: string | undefined): boolean => code === "ENOSPC" || code === "EDQUOT";
export const saysNoSpace = (words: string): boolean => words.includes("No space left on device") || words.includes("Disk quota exceeded");
