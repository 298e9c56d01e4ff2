// Owns where a container's things lie below LXCPATH/NAME.
import { commandSocket as socketName } from "../../linux/socket-name.ts";

export interface Place { readonly lxcpath: string; readonly name: string }

export const containerDir = ({ lxcpath, name }: Place): string => `${lxcpath}/${name}`;
export const configFile = (place: Place): string => `${containerDir(place)}/config`;
export const recordDir = (place: Place): string => `${containerDir(place)}/.berth`;
export const stateFile = (place: Place): string => `${recordDir(place)}/state`;
export const exitFile = (place: Place): string => `${recordDir(place)}/exit`;
/** The plan of the last start, with what its hooks have said. */
export const hooksFile = (place: Place): string => `${recordDir(place)}/hooks`;
/** The same of the run before, which ended for a reboot. */
export const earlierHooksFile = (place: Place): string => `${hooksFile(place)}.before`;
/** The same of the plan that made a copy of another container, and of an lxc-destroy. */
export const cloneHooksFile = (place: Place): string => `${hooksFile(place)}.clone`;
export const destroyHooksFile = (place: Place): string => `${hooksFile(place)}.destroy`;
/** What the monitor has decided when the container ended last: RestartRecord. */
export const restartsFile = (place: Place): string => `${recordDir(place)}/restarts`;
export const failureFile = (place: Place): string => `${recordDir(place)}/failure`;
/** There while a volume, a dataset or an image takes another one's place. */
export const volumesFile = (place: Place): string => `${recordDir(place)}/exchange.volumes`;
/** In the record directory: the config of a container that has got this name, if a kill left it there. */
export const renamedConfig = (name: string): string => `config.${name}`;
/** Name of the abstract socket, without the leading NUL. */
export const commandSocket = ({ lxcpath, name }: Place): string => socketName(lxcpath, name);
