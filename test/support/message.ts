import { ChainruleError } from "../../src/index.ts";

/** What is said of a call that cannot work. */
export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ChainruleError) return error.message;
    throw error;
  }
  return "nothing was wrong";
}
