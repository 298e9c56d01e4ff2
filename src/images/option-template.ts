// Owns what the templates that are built in and have options of their own share: they are read, or told, before anything is made.
import { ok, type Result } from "../model/problem.ts";
import { parseTemplateArgs, templateHelpText, type TemplateArgs, type TemplateOption } from "./remote/template-args.ts";
import type { Made, Template, TemplateWish } from "./templates.ts";

export interface OptionTemplate {
  readonly name: string;
  /** What is to be known before its options. */
  readonly about: string;
  /** Beside --help. */
  readonly options: readonly TemplateOption[];
  readonly make: (wish: TemplateWish, args: TemplateArgs) => Result<Made> | Promise<Result<Made>>;
}

const HELP: TemplateOption = { long: "help", short: "h", help: "this text" };

export function optionTemplate({ name, about, options, make }: OptionTemplate): Template {
  const rows = [...options, HELP];
  const help = templateHelpText(`The template ${name}: ${about}`, rows);
  return {
    help,
    make: async (wish) => {
      const args = parseTemplateArgs(name, rows, wish.args);
      if (!args.ok) return args;
      if (!args.value.has("help")) return make(wish, args.value);
      wish.dialogue.say(help);
      return ok({ kind: "nothing" });
    },
  };
}
