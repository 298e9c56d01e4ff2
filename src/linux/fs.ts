// Owns the flags of open(2), *at(2), open_tree(2), move_mount(2) and mknod(2) (x86_64 and aarch64 differ in O_DIRECTORY and O_NOFOLLOW only; the engine's openat2 gets x86_64's and translates).

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_NOCTTY = 0o400;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
export const O_DIRECTORY = 0o200000;
export const O_NOFOLLOW = 0o400000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;

export const AT_REMOVEDIR = 0x200;
export const AT_EMPTY_PATH = 0x1000;
export const AT_RECURSIVE = 0x8000;
export const OPEN_TREE_CLONE = 1;

export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;
export const MNT_DETACH = 2;

export const S_IFREG = 0o100000;
export const S_IFCHR = 0o020000;
export const S_IFBLK = 0o060000;

/** A device number as mknod(2) takes it: makedev(3). */
export const deviceNumber = (major: number, minor: number): bigint =>
  (BigInt(minor) & 0xffn) | ((BigInt(major) & 0xfffn) << 8n) | ((BigInt(minor) & ~0xffn) << 12n) | ((BigInt(major) & ~0xfffn) << 32n);
