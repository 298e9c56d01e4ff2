// Owns the values of berth.restart.
import { parseRestart, type Restart } from "../../model/restart.ts";
import { good, wrong, type Grammar } from "./grammar.ts";

export const restart: Grammar<Restart> = {
  expects: "no, on-failure, on-failure:N, always or unless-stopped",
  facts: { choices: ["no", "on-failure", "always", "unless-stopped"], pattern: "^on-failure:[1-9][0-9]{0,8}$" },
  read: (text) => {
    const found = parseRestart(text);
    return found === undefined ? wrong(`'${text}' is no restart policy`, 0, "always; on-failure:5 for at most five restarts") : good(found);
  },
};
