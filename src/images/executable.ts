// Owns whether something of the host can be executed: a file, or a program by its name.
import { accessSync, constants } from "node:fs";

export const SEARCHED = "/usr/sbin:/usr/bin:/sbin:/bin";

export const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
export const hasProgram = (name: string): boolean => SEARCHED.split(":").some((folder) => isExecutable(`${folder}/${name}`));
