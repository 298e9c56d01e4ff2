// Owns what is said of a plan that failed.
import type { Request } from "../model/request.ts";

export interface Report { readonly lines: readonly string[]; readonly status: number }
export const report = (request: Request): Report => ({ lines: [`step failed (${request.events?.length ?? 0} bytes of events)`], status: 1 });
