// Owns restart policies, as compose has them: what berth.restart says.

export type Restart = { readonly when: "no" | "always" | "unless-stopped" } | { readonly when: "on-failure"; /** Restarts since somebody started it. */ readonly most?: number };

/** Undefined for what is none. */
export function parseRestart(text: string): Restart | undefined {
  if (text === "no" || text === "always" || text === "unless-stopped") return { when: text };
  const [whole, most] = /^on-failure(?::([1-9]\d{0,8}))?$/.exec(text) ?? [];
  return whole === undefined ? undefined : { when: "on-failure", ...(most === undefined ? {} : { most: Number(most) }) };
}
export const restartText = (restart: Restart): string => `${restart.when}${restart.when === "on-failure" && restart.most !== undefined ? `:${restart.most}` : ""}`;
