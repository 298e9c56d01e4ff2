// Owns the Debian image of the demo and of the tests: made once, its age and size said.
import { debianRootfs } from "../src/images/debian.ts";

const age = (seconds: number): string => {
  if (seconds < 120) return `${Math.round(seconds)} seconds`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} hours` : `${Math.round(seconds / 86_400)} days`;
};

/** Path of the archive. Throws in the words of the problem. */
export async function debianImage(say: (line: string) => void): Promise<string> {
  const made = await debianRootfs({ onProgress: ({ stage, detail }) => say(`   ${stage}: ${detail}`) });
  if (!made.ok) throw new Error(made.problems.map(({ text, cause, remedy }) => [text, cause, remedy].filter((part) => part !== undefined).join("\n  ")).join("\n"));
  const { path, bytes, madeAt, isCached, suite } = made.value;
  say(`   Debian ${suite}: ${path}, ${(bytes / 1e6).toFixed(0)} MB, ${isCached ? `made ${age((Date.now() - madeAt) / 1000)} ago` : "made just now; it is kept for the next time"}`);
  return path;
}
