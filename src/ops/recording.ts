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
