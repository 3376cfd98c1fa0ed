import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ChainruleError, show } from "../errors.ts";
import type { Question } from "../stepper/lessons/question.ts";
import { loadTrace } from "../stepper/trace/load.ts";
import { record } from "../stepper/trace/record.ts";
import { Trace } from "../stepper/trace/trace.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import { Failure } from "./failure.ts";

/** A trace to step through, and the file whose text it has. */
export interface Opened {
  readonly title: string;
  readonly trace: Trace;
  /** What a lesson asks about its steps. */
  readonly questions: readonly Question[];
  /** As the steps name it. */
  readonly file: string | undefined;
}

type Module = Readonly<Record<string, unknown>>;

const typeScript = new Set([".ts", ".mts", ".cts"]);

/** @throws {@link Failure} if the file cannot be read. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EISDIR" ? "it is a folder" : code === "ENOENT" ? "there is no such file" : message;
    throw new Failure(`${path}: ${why}`);
  }
}

/** Where in the file an error comes from, if its stack says so. */
function placeIn(path: string, error: Error): string {
  const url = pathToFileURL(resolve(path)).href;
  for (const name of [url, resolve(path)]) {
    const at = error.stack?.indexOf(`${name}:`) ?? -1;
    const line = at < 0 ? undefined : /^\d+/.exec(error.stack!.slice(at + name.length + 1))?.[0];
    if (line !== undefined) return `${path}:${line}`;
  }
  return path;
}

/** Says what went wrong in a program of the user's. */
function blamed(path: string, error: unknown): Failure {
  if (!(error instanceof Error)) return new Failure(`${path} threw ${show(error)}`, { cause: error });
  const message = error instanceof ChainruleError ? error.message : `${error.name}: ${error.message}`;
  return new Failure(`${placeIn(path, error)}: ${message}`, { cause: error });
}

function cannotLoad(path: string, error: unknown): Failure {
  const { code, message = "" } = error as NodeJS.ErrnoException;
  if (code === "ERR_UNKNOWN_FILE_EXTENSION" && typeScript.has(extname(path))) {
    return new Failure(
      `${path}: Node ${process.versions.node} does not load TypeScript by itself. Use Node 22.18 or later, or tsx:\n` +
        `  npm install --save-dev tsx\n  NODE_OPTIONS="--import tsx" npx chainrule step ${path}`,
    );
  }
  if (code === "ERR_MODULE_NOT_FOUND" && /'chainrule(\/\w+)?'/.test(message)) {
    return new Failure(`${path}: the package "chainrule" is not installed here: npm install chainrule`);
  }
  const { message: said } = blamed(path, error);
  const where = error instanceof SyntaxError ? `; node --check ${path} shows where` : "";
  return new Failure(said + where, { cause: error });
}

async function imported(path: string): Promise<Module> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Module;
  } catch (error) {
    throw cannotLoad(path, error);
  }
}

const usual = ["trace", "loss", "default"];

/** The export that is meant. */
function chosen(path: string, module: Module, name: string | undefined): unknown {
  const found = name ?? usual.find((one) => module[one] !== undefined);
  if (found !== undefined && module[found] !== undefined) return module[found];
  const exported = Object.keys(module);
  const has = exported.length > 0 ? `it exports ${exported.join(", ")}` : "it exports nothing";
  throw new Failure(
    name === undefined
      ? `${path}: no loss to step through; ${has}. Export a function loss that gives a scalar tensor, or choose with --export.`
      : `${path}: there is no export ${show(name)}; ${has}.`,
  );
}

/** Whether a value was made by another copy of this package. */
const isFromOtherCopy = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  !(value instanceof Tensor || value instanceof Trace) &&
  ["Tensor", "Variable", "Trace"].includes(value.constructor?.name);

function traceOf(path: string, value: unknown, inputs: unknown, source: string): Trace {
  if (value instanceof Trace) return value;
  if (isFromOtherCopy(value)) throw otherCopy(path);
  if (typeof value !== "function" && !(value instanceof Tensor)) {
    throw new Failure(`${path}: expected a function that gives a scalar tensor; received ${show(value)}`);
  }
  const compute = (given: Readonly<Record<string, Tensor>>): Tensor => {
    const result: unknown = typeof value === "function" ? value(given) : value;
    if (result instanceof Promise)
      throw new Failure(`${path}: the loss must be computed at once; it gave a promise`);
    if (isFromOtherCopy(result)) throw otherCopy(path);
    return result as Tensor;
  };
  const language = typeScript.has(extname(path)) ? "ts" : "js";
  try {
    return record(compute, (inputs ?? {}) as Readonly<Record<string, TensorLike>>, {
      program: { source, language },
    });
  } catch (error) {
    throw error instanceof Failure ? error : blamed(path, error);
  }
}

const otherCopy = (path: string): Failure =>
  new Failure(
    `${path} uses another copy of chainrule than this command. Run the one that is installed beside it: npx chainrule`,
  );

/** The file as the steps name it: by its address, or by its path. */
function fileIn({ nodes }: Trace, path: string): string {
  const names = [pathToFileURL(resolve(path)).href, resolve(path)];
  return names.find((name) => nodes.some(({ source }) => source?.file === name)) ?? names[0]!;
}

/**
 * The trace of a file: one that was saved, or of the program that it is.
 *
 * @throws {@link Failure} that says what is wrong with the file.
 */
export async function openFile(path: string, name: string | undefined): Promise<Opened> {
  const source = textOf(path);
  if (extname(path) === ".json")
    return { title: path, trace: loadTrace(source), questions: [], file: undefined };
  const module = await imported(path);
  const trace = traceOf(path, chosen(path, module, name), module.inputs, source);
  return { title: path, trace, questions: [], file: fileIn(trace, path) };
}
