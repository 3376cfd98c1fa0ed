import { home } from "../home.ts";
import type { Source } from "./records.ts";

// Lines of a stack in this library's own files are not the program's.
const ownFolders = [home.href, decodeURIComponent(home.pathname)];

const frame = /\(?([^\s()]+):(\d+):(\d+)\)?$/;

/** The first place in a stack that is not in this library. */
export function sourceOf(stack: string | undefined): Source | undefined {
  for (const text of stack?.split("\n").slice(1) ?? []) {
    const found = frame.exec(text.trim());
    if (found === null) continue;
    const [, file, line, column] = found;
    if (ownFolders.some((folder) => file!.startsWith(folder)) || file!.startsWith("node:")) continue;
    return { file: file!, line: Number(line), column: Number(column) };
  }
  return undefined;
}
