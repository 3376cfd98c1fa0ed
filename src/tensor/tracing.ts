let active = false;

/** Whether a function is being traced: the values of variables then count as unknown, as those of its arguments do. */
export const isTracing = (): boolean => active;

/**
 * Runs `f` as a trace: an op on a variable, or on what was made of one, only records its node. What the trace builds holds
 * for all values that the variables may have later.
 */
export function traced<T>(f: () => T): T {
  const before = active;
  active = true;
  try {
    return f();
  } finally {
    active = before;
  }
}
