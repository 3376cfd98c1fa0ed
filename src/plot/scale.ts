/** A closed interval, min < max. */
export type Domain = readonly [min: number, max: number];

/** Maps a domain to a range of pixels by a straight line. */
export type Scale = (value: number) => number;

export const linearScale =
  ([min, max]: Domain, [from, to]: readonly [number, number]): Scale =>
  (value) =>
    from + ((value - min) / (max - min)) * (to - from);

/** A distance between ticks: mantissa · 10^exponent, kept apart so that its multiples are exact. */
interface Step {
  readonly mantissa: 1 | 2 | 5 | 10;
  readonly exponent: number;
}

const multiple = ({ mantissa, exponent }: Step, i: number): number =>
  exponent < 0 ? (i * mantissa) / 10 ** -exponent : i * mantissa * 10 ** exponent;

/** The smallest 1, 2 or 5 · 10ᵏ that cuts the domain into at most `count` parts. */
function tickStep([min, max]: Domain, count: number, smallest: number): Step {
  const rough = Math.max((max - min) / count, smallest);
  const exponent = Math.floor(Math.log10(rough));
  // The slack forgives the rounding of a step that is meant to be exact: 0.6 / 3 is above 0.2.
  const fits = (mantissa: number) => mantissa * 10 ** exponent >= rough * (1 - 1e-9);
  return { mantissa: ([1, 2, 5] as const).find(fits) ?? 10, exponent };
}

export interface Ticks {
  readonly values: readonly number[];
  readonly labels: readonly string[];
}

/**
 * Round numbers inside the domain, evenly spaced by 1, 2 or 5 · 10ᵏ: at most `count` + 1 of them.
 *
 * @param smallest The smallest distance between two: 1 for whole things such as epochs.
 */
export function ticks(domain: Domain, count: number, smallest = 0): Ticks {
  const [min, max] = domain;
  const step = tickStep(domain, count, smallest);
  const size = multiple(step, 1);
  const first = Math.ceil(min / size - 1e-9);
  const last = Math.floor(max / size + 1e-9);
  const values = Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => multiple(step, first + i));
  return { values, labels: labelsOf(values, size) };
}

const exponentOf = (value: number): number => Math.floor(Math.log10(Math.abs(value)) + 1e-9);

/** With as many digits as it takes to tell neighbours apart, and an exponent where there would be many zeros. */
function labelsOf(values: readonly number[], step: number): string[] {
  const decimals = Math.max(0, -exponentOf(step));
  const plain = decimals <= 4 && values.every((value) => Math.abs(value) < 1e6);
  const compact = (value: number) => {
    const digits = Math.min(Math.max(exponentOf(value) - exponentOf(step), 0), 15);
    return value
      .toExponential(digits)
      .replace(/\.?0*e/, "e")
      .replace("e+", "e");
  };
  const label = (value: number) => (plain ? value.toFixed(decimals) : compact(value));
  return values.map((value) => typographic(value === 0 ? "0" : label(value)));
}

/** With a minus sign in place of the hyphen, which is shorter than a digit and which screen readers skip. */
const typographic = (text: string): string => text.replaceAll("-", "−");

/** A number in prose: four significant digits. */
export function formatNumber(value: number): string {
  const rounded = Number(value.toPrecision(4)) + 0;
  return typographic(String(rounded).replace("e+", "e"));
}

/** The extent of the finite values, widened where it has no width; [0, 1] where there are none. */
export function extent(values: Iterable<number>): Domain {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    // The width of a domain must be finite too.
    if (!(Math.abs(value) < 1e300)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (min > max) return [0, 1];
  // Narrower than this, neighbouring numbers of the domain could not be told apart.
  const narrow = Math.max(Math.abs(min), Math.abs(max)) * 1e-9;
  if (max - min > narrow) return [min, max];
  const half = Math.abs(min) / 2 || 1;
  return [min - half, max + half];
}

/** The domain with some room on both sides, so that lines do not touch the frame. */
export const padded = ([min, max]: Domain, share = 0.05): Domain => [
  min - (max - min) * share,
  max + (max - min) * share,
];
