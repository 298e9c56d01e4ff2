// Owns why an option has no test of what it does, and what is tried in its place.

export const UNTESTED: Readonly<Record<string, string>> = {};
