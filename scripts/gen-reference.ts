// Owns what is generated from the table of config keys: manual pages, Markdown, JSON Schema, types.
import { keyTypes } from "./reference/key-types.ts";
import { manualPages } from "./reference/man.ts";
import { referencePages, type Generated } from "./reference/pages.ts";
import { schemaFiles } from "./reference/schema.ts";

export const referenceFiles = (): readonly Generated[] => [...referencePages(), ...manualPages(), ...schemaFiles(), keyTypes()];
