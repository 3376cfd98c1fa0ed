import { clearSession } from "../../layers/naming.ts";
import { record } from "../trace/record.ts";
import type { Trace } from "../trace/trace.ts";
import { exportsOf, locating } from "./program.ts";

/**
 * Runs a program and records it. The program is the text of a module: it imports from "chainrule" and exports a function
 * `loss`; with `export const inputs = { … }` the function gets these as tensors, and {@link Trace.replay} can change them.
 * Layers are named as in a fresh session. The text runs with all rights of its caller, so run only what you have read; pages
 * run it in a worker.
 *
 * @throws {@link ProgramError} with the line, if the text cannot be read, throws, or gives no loss.
 * @example
 * ```ts
 * const trace = traceOf(`
 *   import { variable } from "chainrule";
 *   const w = variable(3, { name: "w" });
 *   export const loss = () => w.square();
 * `.replaceAll(/^ +/gm, ""));
 * deepEqual(trace.at(trace.length - 1).gradientOf(0).total.cells[0], 6);
 * throws(() => traceOf("export const loss = 3;"), /must export a function/);
 * ```
 */
export function traceOf(source: string): Trace {
  clearSession();
  const { loss, inputs } = exportsOf(source);
  return locating(() => record(loss, inputs, { program: { source, language: "js" } }));
}
