// Owns reading StateRecord and ExitRecord. What is torn or from another hand is no record.
import type { ExitRecord, State, StateRecord } from "../../model/state.ts";
import { STATES } from "../../model/state.ts";
import { readdirSync } from "node:fs";
import { readText } from "../read-text.ts";
import type { Place } from "./layout.ts";
import { exitFile, recordDir, stateFile } from "./layout.ts";

type Fields = ReadonlyMap<string, unknown>;

function parseFields(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

const optionalNumber = <K extends string>(fields: Fields, key: K): Partial<Record<K, number>> => {
  const value = fields.get(key);
  const out: Partial<Record<K, number>> = {};
  return typeof value === "number" && Number.isSafeInteger(value) ? { ...out, [key]: value } : out;
};
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);
const optionalTexts = <K extends string>(fields: Fields, key: K): Partial<Record<K, readonly string[]>> => {
  const out: Partial<Record<K, readonly string[]>> = {};
  return fields.has(key) ? { ...out, [key]: texts(fields.get(key)) } : out;
};
const isState = (value: unknown): value is State => STATES.some((state) => state === value);

function apparmorOf(value: unknown): StateRecord["apparmor"] {
  const fields = typeof value === "object" && value !== null ? new Map<string, unknown>(Object.entries(value)) : undefined;
  const [profile, namespace] = [fields?.get("profile"), fields?.get("namespace")];
  return typeof profile === "string" ? { profile, ...(typeof namespace === "string" ? { namespace } : {}) } : undefined;
}

const LARGEST_NIC = 0xffff_ffff;
function egressOf(value: unknown): Pick<StateRecord, "egress"> {
  const numbers = Array.isArray(value) ? value.filter((one): one is number => Number.isInteger(one) && one >= 0 && one <= LARGEST_NIC) : [];
  return numbers.length === 0 ? {} : { egress: numbers };
}

export function parseStateRecord(text: string): StateRecord | undefined {
  const fields = parseFields(text);
  const state = fields?.get("state");
  const bootId = fields?.get("bootId");
  const [seccomp, freezer] = [fields?.get("seccomp"), fields?.get("freezer")];
  const apparmor = apparmorOf(fields?.get("apparmor"));
  if (fields === undefined || !isState(state) || typeof bootId !== "string") return undefined;
  return {
    state, bootId,
    ...optionalNumber(fields, "initPid"), ...optionalNumber(fields, "initStart"),
    ...optionalNumber(fields, "monitorPid"), ...optionalNumber(fields, "monitorStart"), ...optionalNumber(fields, "startedAt"),
    cgroups: texts(fields.get("cgroups")), namespaces: texts(fields.get("namespaces")), links: texts(fields.get("links")),
    ...(typeof freezer === "string" ? { freezer } : {}), ...(apparmor === undefined ? {} : { apparmor }),
    ...optionalTexts(fields, "leftovers"), ...optionalTexts(fields, "ovsPorts"), ...egressOf(fields.get("egress")),
    ...(typeof seccomp === "string" && /^(?:[0-9a-f]{16})+$/.test(seccomp) ? { seccomp } : {}), ...(fields.get("isSeccompNotified") === true ? { isSeccompNotified: true } : {}), ...(fields.get("hasPolicy") === true ? { hasPolicy: true } : {}),
  };
}

export function parseExitRecord(text: string): ExitRecord | undefined {
  const fields = parseFields(text);
  const at = fields?.get("at");
  if (fields === undefined || typeof at !== "number") return undefined;
  const [console, asked] = [fields.get("console"), fields.get("asked")];
  return {
    ...optionalNumber(fields, "code"), ...optionalNumber(fields, "signal"), wasOom: fields.get("wasOom") === true, ...optionalNumber(fields, "oomKills"), at,
    target: fields.get("target") === "reboot" ? "reboot" : "stop", ...(asked === "user" || asked === "host" ? { asked } : {}), console: typeof console === "string" ? console : "",
  };
}

export function readStateRecord(place: Place): StateRecord | undefined {
  const text = readText(stateFile(place));
  return text === undefined ? undefined : parseStateRecord(text);
}

export function readExitRecord(place: Place): ExitRecord | undefined {
  const text = readText(exitFile(place));
  return text === undefined ? undefined : parseExitRecord(text);
}

/** Host-side links that lxc-user-nic made: its answers, `NAME:INDEX:HOSTNAME:HOSTINDEX`. */
export function readGrantedLinks(place: Place): readonly string[] {
  try {
    const answers = readdirSync(recordDir(place)).filter((name) => /^nic\.\d+$/.test(name)).toSorted();
    return answers.flatMap((name) => {
      const host = readText(`${recordDir(place)}/${name}`)?.trim().split(":")[2];
      return host !== undefined && /^[\w-]{1,15}$/.test(host) ? [host] : [];
    });
  } catch {
    return [];
  }
}

/** Its packets are passed on by a pasta that runs. */
export function isByPasta(place: Place): boolean {
  try {
    const pids = readdirSync(recordDir(place)).filter((name) => /^pasta\.\d+\.pid$/.test(name)).map((name) => readText(`${recordDir(place)}/${name}`)?.trim() ?? "");
    return pids.some((pid) => /^\d+$/.test(pid) && readText(`/proc/${pid}/comm`)?.startsWith("pas") === true); // the kernel calls it by what its link leads to: passt
  } catch {
    return false;
  }
}
