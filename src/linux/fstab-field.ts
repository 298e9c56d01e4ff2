// Owns how a path is written as one field of fstab(5): blanks and backslashes as three octal digits.
export const fstabField = (path: string): string => path.replace(/[\s\\]/g, (sign) => `\\${sign.charCodeAt(0).toString(8).padStart(3, "0")}`);
