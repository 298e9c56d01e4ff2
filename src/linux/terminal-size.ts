// Owns the size of a terminal, as winsize of ioctl_tty(2) and the engine have it.

/** Of a terminal, in characters. */
export interface TerminalSize { readonly rows: number; readonly columns: number }

/** As the engine takes it. */
export const sizeNumber = ({ rows, columns }: TerminalSize): number => (rows & 0xffff) * 0x1_0000 + (columns & 0xffff);
