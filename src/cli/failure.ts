import { ChainruleError } from "../errors.ts";

/** Something that the user can mend: its message is shown, and no stack. */
export class Failure extends Error {}

const isWrongCall = (error: unknown): error is Error =>
  error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith("ERR_PARSE_ARGS");

/** What to tell the user of an error; `undefined` for a mistake of this program. */
export function complaintOf(error: unknown): string | undefined {
  if (error instanceof Failure || error instanceof ChainruleError) return error.message;
  if (isWrongCall(error)) return `${error.message}\nSee chainrule --help.`;
  return undefined;
}
