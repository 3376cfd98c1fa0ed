/** A slope measured by differences, with an estimate of its own error. */
export interface Slope {
  readonly value: number;
  /** How far `value` may be off: truncation as seen by halving the step, plus rounding. */
  readonly error: number;
  /** The one-sided slopes, where they differ however small the step: the function has a kink here. */
  readonly kink?: { readonly left: number; readonly right: number };
}

// Close to the cube root of float64's precision, where truncation and rounding of a difference balance.
const relativeStep = 2 ** -15;

/**
 * The slope at 0 of φ, a scalar function of one number measured in units of `scale`. Central differences at h and h / 2
 * are extrapolated; their disagreement estimates the error. One-sided slopes whose gap does not shrink with h
 * give a kink away.
 */
export function slopeOf(phi: (t: number) => number, scale: number): Slope {
  const h = relativeStep * Math.max(scale, 1);
  const at = phi(0);
  const [plus, minus, halfPlus, halfMinus] = [phi(h), phi(-h), phi(h / 2), phi(-h / 2)];
  const wide = (plus - minus) / (2 * h);
  const narrow = (halfPlus - halfMinus) / h;
  const magnitude = Math.max(Math.abs(at), Math.abs(plus), Math.abs(minus));
  const rounding = (4 * Number.EPSILON * magnitude) / h;

  const gap = (plus - 2 * at + minus) / h;
  const halfGap = (2 * (halfPlus - 2 * at + halfMinus)) / h;
  const shrinks = Math.abs(halfGap) < 0.75 * Math.abs(gap);
  if (!shrinks && Math.abs(halfGap) > 1e-3 * Math.abs(narrow) + 100 * rounding) {
    const left = (2 * (at - halfMinus)) / h;
    const right = (2 * (halfPlus - at)) / h;
    return { value: narrow, error: rounding, kink: { left, right } };
  }
  return {
    value: (4 * narrow - wide) / 3,
    error: Math.abs(narrow - wide) / 3 + rounding,
  };
}
