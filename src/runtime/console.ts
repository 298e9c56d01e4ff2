// Owns the verb console: the caller's terminal on the console or a tty of a running container, whoever runs it.
import { commandSocket } from "../host/store/layout.ts";
import { listeningSockets } from "../host/store/running.ts";
import { fail, ok } from "../model/problem.ts";
import { planConsole } from "../plan/lifecycle/console.ts";
import { stopped } from "./running-container.ts";
import type { ConsoleVerb } from "./verbs.ts";

/** Nobody's record is asked: the monitor itself knows, also that of another LXC. Problems: `container.missing`, `container.stopped`, `terminal.busy`. */
export const console: ConsoleVerb = (_request, target, wishes) =>
  Promise.resolve(listeningSockets().has(commandSocket(target)) ? ok(planConsole({ ...target, ...wishes })) : fail(stopped(target)));
