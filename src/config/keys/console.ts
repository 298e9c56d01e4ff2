// Owns the keys of consoles, terminals and logs.
import { ringSize } from "../grammar/quantity.ts";
import { devDirectory } from "../grammar/path.ts";
import { anyText, bool, count, oneOf, unsigned } from "../grammar/scalar.ts";
import { good, wrong, type Grammar } from "../grammar/grammar.ts";
import { didYouMean } from "../nearest.ts";
import { row } from "./row.ts";

const LEVELS = ["TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "CRIT", "ALERT", "FATAL"] as const;
/** A name in any case or a number from 0 to 8; the name is the value. */
const logLevel: Grammar<string> = {
  expects: `0 to 8, or ${LEVELS.join(" ")}`,
  facts: { is: "number", min: 0, max: 8, choices: LEVELS, ignoresCase: true, pattern: "^[+]?(?:0*[0-8]|0[xX]0*[0-8]|0+10)$" },
  read: (text) => {
    const found = LEVELS[unsigned(text) ?? LEVELS.findIndex((level) => level === text.toUpperCase())];
    return found === undefined ? wrong(`'${text}' is not a log level`, 0, didYouMean(text.toUpperCase(), LEVELS, `use one of ${LEVELS.join(" ")} or their numbers from 0`)) : good(found);
  },
  show: (level) => [level],
};
const FACILITIES = ["daemon", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"] as const;

export const consoleKeys = {
  ttyMax: row({ key: "lxc.tty.max", grammar: count(1024), default: "0", doc: "How many /dev/ttyN the container has.", since: "2.1", legacy: ["lxc.tty"], spec: "ttyMax" }),
  ttyDir: row({ key: "lxc.tty.dir", grammar: devDirectory, doc: "Directory beneath /dev where the terminals really are; /dev/console and /dev/ttyN become links to them.", since: "2.1", legacy: ["lxc.devttydir"], spec: "ttyDir" }),
  ptyMax: row({ key: "lxc.pty.max", grammar: count(), default: "0", doc: "How many pseudo terminals the container may open in its own devpts.", since: "2.1", legacy: ["lxc.pts"], security: "Without a bound the container may take all pseudo terminals that the host allows.", spec: "ptyMax" }),
  path: row({ key: "lxc.console.path", grammar: anyText("a path, or none", ["none"]), doc: "Where the console of the container goes: a terminal, a file, or none. Unset: the terminal that starts it in the foreground.", since: "2.1", legacy: ["lxc.console"], security: "A terminal or file of the host is written to with the container's own bytes, escape sequences included.", spec: "console.path" }),
  logfile: row({ key: "lxc.console.logfile", grammar: anyText("a path"), doc: "File to which all output of the console is added.", since: "1.0", security: "The container decides what is written: read it with a program that shows escapes, and bound it with lxc.console.size.", spec: "console.logfile" }),
  size: row({ key: "lxc.console.size", grammar: ringSize, default: "0", doc: "How large the log file of the console may become; the oldest output goes. Rounded up to a power of two. 0 or unset: no bound.", since: "3.0", security: "Without a bound the container can fill the disk that the log file is on.", spec: "console.size" }),
  bufferSize: row({ key: "lxc.console.buffer.size", grammar: ringSize, default: "0", doc: "Memory that keeps the last output of the console for lxc-console and berth logs. Rounded up to a power of two.", since: "3.0", spec: "console.bufferSize" }),
  rotate: row({ key: "lxc.console.rotate", grammar: bool, default: "0", doc: "1: a full log file of the console is renamed to FILE.1 and a new one begun.", since: "3.0", spec: "console.rotate" }),
  logFile: row({ key: "lxc.log.file", grammar: anyText("a path"), doc: "File that commands about the container log to, unless -o names another.", since: "2.1", legacy: ["lxc.logfile"], spec: "log.file" }),
  logLevel: row({ key: "lxc.log.level", grammar: logLevel, default: "NOTSET", doc: "What is logged: this level and everything graver; -l wins over it. Hooks are told it.", since: "2.1", legacy: ["lxc.loglevel"], spec: "log.level" }),
  logSyslog: row({ key: "lxc.log.syslog", grammar: oneOf(FACILITIES), doc: "The log also goes to syslog, under this facility (by logger(1)).", since: "2.1", legacy: ["lxc.syslog"], spec: "log.syslog" }),
};
