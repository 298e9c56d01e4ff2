// Owns where a container's snapshots lie and what is noted with them.
import { existsSync, readdirSync } from "node:fs";
import { readText } from "../read-text.ts";
import { configFile, containerDir, type Place } from "./layout.ts";

/** LXCPATH/NAME/snaps; where LXC 1.0 has left /var/lib/lxcsnaps, still there. */
export function snapshotsDir(place: Place): string {
  const old = `${place.lxcpath}snaps`;
  return existsSync(old) ? `${old}/${place.name}` : `${containerDir(place)}/snaps`;
}

const LARGEST_NOTE = 64 * 1024;
const note = (place: Place, file: string): string | undefined => readText(`${containerDir(place)}/${file}`)?.slice(0, LARGEST_NOTE);

export interface SnapshotNotes { readonly name: string; readonly lxcpath: string; readonly time?: string; readonly comment?: string }

function notesOf(snapshot: Place): SnapshotNotes {
  const [time, comment] = [note(snapshot, "ts")?.trim(), note(snapshot, "comment")];
  return { ...snapshot, ...(time === undefined ? {} : { time }), ...(comment === undefined ? {} : { comment }) };
}

const numberOf = (name: string): number => Number(/^snap(\d+)$/.exec(name)?.[1] ?? Number.POSITIVE_INFINITY);

/** In the order they were made; a directory without a config is none. */
export function listSnapshots(place: Place): readonly SnapshotNotes[] {
  const lxcpath = snapshotsDir(place);
  const names = existsSync(lxcpath) ? readdirSync(lxcpath).filter((name) => existsSync(configFile({ lxcpath, name })) && !existsSync(`${lxcpath}/${name}/partial`)) : [];
  return names.toSorted((a, b) => numberOf(a) - numberOf(b) || (a < b ? -1 : 1)).map((name) => notesOf({ lxcpath, name }));
}

/** As LXC, the first that is free. */
export function freeSnapshotName(place: Place): string {
  const directory = snapshotsDir(place);
  for (let number = 0; ; number++) if (!existsSync(`${directory}/snap${number}`)) return `snap${number}`;
}

const two = (number: number): string => String(number).padStart(2, "0");
/** strftime(3) %Y:%m:%d %H:%M:%S. */
export const snapshotTime = (time: Date): string =>
  `${time.getFullYear()}:${two(time.getMonth() + 1)}:${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
