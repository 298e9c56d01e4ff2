// Owns the options of verbs that other verbs and the library call with nothing special wished for.
import type { AttachOptions, StartOptions, StopOptions } from "./verbs.ts";

export const BACKGROUND_START: StartOptions = { isDaemon: true, define: [], command: [], closeAllFds: true, share: {} };
/** How it ends, and how long that may take, is the caller's to say. */
export const PLAIN_STOP: Omit<StopOptions, "isKill" | "timeout"> = { isReboot: false, isNoWait: false, isNoKill: false, isNoLock: false };
/** As confined as the container, with an environment of its own. */
export const PLAIN_ATTACH: Omit<AttachOptions, "command"> = { elevated: [], isRemountSysProc: false, isClearEnv: true, keepVar: [], setVar: [] };
