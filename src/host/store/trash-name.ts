// Owns what the trash and what lies in it are called: LXCPATH/.trash/NAME@TIME.
const FOLDER = ".trash";
export const trashOf = (lxcpath: string): string => `${lxcpath}/${FOLDER}`;
export const isTrash = (lxcpath: string): boolean => lxcpath.endsWith(`/${FOLDER}`);

/** `web@20261127T074800.123`. */
export const entryOf = (name: string, time: Date): string => `${name}@${time.toISOString().replaceAll(/[-:Z]/g, "")}`;
const ENTRY = /^(.+)@(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})$/;

/** undefined: somebody else has put it there. */
export function parseEntry(entry: string): { readonly name: string; /** Milliseconds since 1970. */ readonly time: number } | undefined {
  const [, name, year, month, day, hour, minute, second] = ENTRY.exec(entry) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return name === undefined || Number.isNaN(time) ? undefined : { name, time };
}
