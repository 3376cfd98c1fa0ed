import type { Scope } from "../tensor/tensor.ts";

let recording = true;

/** Whether ops on tracked tensors record their nodes now. */
export const isRecording = (): boolean => recording;

function during<T>(value: boolean, f: () => T): T {
  const before = recording;
  recording = value;
  try {
    return f();
  } finally {
    recording = before;
  }
}

/**
 * Runs `f` without recording: its results are plain values, through which no gradient flows.
 *
 * @example
 * ```ts
 * const w = variable(2);
 * deepEqual(noGrad(() => w.square()).tracked, false);
 * ```
 */
export const noGrad = <T>(f: () => T): T => during(false, f);

/** Runs `f` with recording, also inside {@link noGrad}. */
export const recorded = <T>(f: () => T): T => during(true, f);

let scope: Scope | undefined;

/** The call of a layer in progress. */
export const currentScope = (): Scope | undefined => scope;

/** Runs `f` as a part of a call: what it records says so. */
export function inScope<T>(call: Omit<Scope, "parent">, f: () => T): T {
  const before = scope;
  scope = { ...call, parent: before };
  try {
    return f();
  } finally {
    scope = before;
  }
}

let tracesLines = false;

/** Runs `f` noting for each op where in the program it was called; that takes time. */
export function withLines<T>(f: () => T): T {
  const before = tracesLines;
  tracesLines = true;
  try {
    return f();
  } finally {
    tracesLines = before;
  }
}

// The way from a program to the op leads through layers and models.
const deepest = 60;

/** The stack here, if lines are noted. */
export function currentStack(): string | undefined {
  if (!tracesLines) return undefined;
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = deepest;
  const { stack } = new Error();
  Error.stackTraceLimit = before;
  return stack;
}
