import { ChainruleError, nearest, show } from "../../errors.ts";
import * as chainrule from "../../index.ts";
import type { Tensor, TensorLike } from "../../tensor/tensor.ts";
import { eightImages } from "./images.ts";

/** What a program may import from. */
const modules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  chainrule,
  "chainrule/stepper": { eightImages },
};

/** What a program is called in stacks: how its lines are told from the library's. */
const file = "lesson.js";

/** An error of a program, with the line that it stands in, as far as that is known. */
export class ProgramError extends ChainruleError {
  readonly line: number | undefined;

  constructor(message: string, line: number | undefined, options?: ErrorOptions) {
    super(line === undefined ? message : `line ${line}: ${message}`, options);
    this.line = line;
  }
}

/** What a program exports. */
export interface Exported {
  readonly loss: (inputs: Readonly<Record<string, Tensor>>) => Tensor;
  readonly inputs: Readonly<Record<string, TensorLike>>;
}

/** Refuses to import what is not there. */
function checkImport(names: string, from: string, line: number): void {
  const known = modules[from];
  if (known === undefined) {
    const places = Object.keys(modules).map(show).join(" and ");
    throw new ProgramError(`a lesson can import from ${places}; received ${show(from)}`, line);
  }
  const wanted = names.split(",").map((name) => name.trim().split(/\s+as\s+/)[0]!);
  const stray = wanted.find((name) => name !== "" && !Object.hasOwn(known, name));
  if (stray === undefined) return;
  const near = nearest(stray, Object.keys(known)).slice(0, 3).join(", ");
  throw new ProgramError(`${show(from)} has no ${show(stray)}; nearest: ${near}`, line);
}

/** A module's text as the body of a function, line by line: imports take names out of `modules`, exports are returned. */
function bodyOf(source: string): string {
  const exported: string[] = [];
  const body = source
    .replace(
      /^import\s*\{([^}]*)\}\s*from\s*["']([^"'\n]*)["']/gm,
      (_, names: string, from: string, at: number) => {
        checkImport(names, from, source.slice(0, at).split("\n").length);
        return `const {${names.replace(/\s+as\s+/g, ": ")}} = modules[${JSON.stringify(from)}]`;
      },
    )
    .replace(/^export\s+((?:const|let|function)\s+([\w$]+))/gm, (_, declaration: string, name: string) => {
      exported.push(name);
      return declaration;
    });
  return `"use strict"; ${body}\nreturn { ${exported.join(", ")} };`;
}

/** Evaluates text in the global scope. `Function` would put lines before the first, which would shift all numbers. */
// biome-ignore lint/security/noGlobalEval: to run the text of a program is what this file is for
const evaluate = (text: string): unknown => globalThis.eval(text);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What is wrong with the form of a text, if anything. */
function complaint(body: string): string | undefined {
  try {
    evaluate(`((modules) => {${body}`);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * The line where a text that cannot be read goes wrong: from there on, the beginning of the text has the same fault as the
 * whole. Engines tell no line.
 */
function faultyLine(body: string, message: string): number | undefined {
  const lines = body.split("\n");
  let count = lines.length;
  while (count > 1 && complaint(lines.slice(0, count - 1).join("\n")) === message) count--;
  return count < lines.length ? count : undefined;
}

function compiled(source: string): (from: typeof modules) => unknown {
  const body = bodyOf(source);
  try {
    return evaluate(`((modules) => {${body}\n})\n//# sourceURL=${file}`) as (from: typeof modules) => unknown;
  } catch (error) {
    const line = faultyLine(body, messageOf(error));
    const message = line === undefined ? "a bracket that was opened is never closed" : messageOf(error);
    throw new ProgramError(message, line, { cause: error });
  }
}

/** The line of the program that an error comes from. */
function lineOf(error: unknown): number | undefined {
  const stack = error instanceof Error ? error.stack : undefined;
  const found = stack?.match(new RegExp(`\\b${file.replace(".", "\\.")}:(\\d+):\\d+`));
  return found ? Number(found[1]) : undefined;
}

// The way from a line of the program to where the library refuses it leads through layers and models.
const deepest = 60;

/**
 * Runs `f`, which runs the program; what is thrown there gets the number of the line.
 *
 * @throws {@link ProgramError}
 */
export function locating<T>(f: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = deepest;
  try {
    return f();
  } catch (error) {
    if (error instanceof ProgramError) throw error;
    throw new ProgramError(messageOf(error), lineOf(error), { cause: error });
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/**
 * Runs the text of a module and gives what it exports: `loss`, a function of the inputs, and `inputs`, none by default.
 *
 * @throws {@link ProgramError} if it cannot be read, throws, or exports no function `loss`.
 */
export function exportsOf(source: string): Exported {
  const run = compiled(source);
  const { loss, inputs = {} } = locating(() => run(modules)) as {
    loss: unknown;
    inputs?: Exported["inputs"];
  };
  if (typeof loss !== "function") {
    throw new ProgramError(
      `the program must export a function that computes the loss, "export function loss() { … }"; received ${show(loss)}`,
      undefined,
    );
  }
  return { loss: loss as Exported["loss"], inputs };
}
