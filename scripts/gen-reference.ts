// Owns what is generated from the table of config keys: manual pages, Markdown, schema, completion, types.
import { manualPages } from "./reference/man.ts";
import { referencePages, type Generated } from "./reference/pages.ts";

export const referenceFiles = (): readonly Generated[] => [...referencePages(), ...manualPages()];
