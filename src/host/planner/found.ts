// Owns what a look at a file found: node:fs's Stats, as far as the planner's doors read them.
const S_IFMT = 0o170000;
/** Where the addon puts each field (call_stat of engine/planner-calls). */
const FIELD = { dev: 0, mode: 1, nlink: 2, uid: 3, gid: 4, rdev: 5, blksize: 6, ino: 7, size: 8, blocks: 9, atimeMs: 10, mtimeMs: 11, ctimeMs: 12, birthtimeMs: 13 } as const;
export const FIELD_COUNT = 14;

export class Found {
  readonly dev: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly blksize: number;
  readonly ino: number;
  readonly size: number;
  readonly blocks: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly birthtimeMs: number;

  constructor(fields: Float64Array) {
    const at = (index: number): number => fields[index] ?? 0;
    this.dev = at(FIELD.dev);
    this.mode = at(FIELD.mode);
    this.nlink = at(FIELD.nlink);
    this.uid = at(FIELD.uid);
    this.gid = at(FIELD.gid);
    this.rdev = at(FIELD.rdev);
    this.blksize = at(FIELD.blksize);
    this.ino = at(FIELD.ino);
    this.size = at(FIELD.size);
    this.blocks = at(FIELD.blocks);
    this.atimeMs = at(FIELD.atimeMs);
    this.mtimeMs = at(FIELD.mtimeMs);
    this.ctimeMs = at(FIELD.ctimeMs);
    this.birthtimeMs = at(FIELD.birthtimeMs);
  }
  get mtime(): Date { return new Date(this.mtimeMs); }
  isFile(): boolean { return (this.mode & S_IFMT) === 0o100000; }
  isDirectory(): boolean { return (this.mode & S_IFMT) === 0o040000; }
  isSymbolicLink(): boolean { return (this.mode & S_IFMT) === 0o120000; }
  isBlockDevice(): boolean { return (this.mode & S_IFMT) === 0o060000; }
  isCharacterDevice(): boolean { return (this.mode & S_IFMT) === 0o020000; }
  isFIFO(): boolean { return (this.mode & S_IFMT) === 0o010000; }
  isSocket(): boolean { return (this.mode & S_IFMT) === 0o140000; }
}
