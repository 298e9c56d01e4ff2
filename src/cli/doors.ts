// Owns which file answers for which command. Each is loaded only when it is asked for.
import type { Door } from "./answer.ts";

export const doors: Readonly<Record<string, () => Promise<Door>>> = {
};
