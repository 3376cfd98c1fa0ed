/** A number in few characters: three digits, with a proper minus sign. */
export function brief(x: number): string {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  const digits = Number(x.toPrecision(3));
  const isFar = size !== 0 && (size < 1e-3 || size >= 1e6);
  return (isFar ? digits.toExponential() : String(digits)).replace("e+", "e").replaceAll("-", "−");
}

/** A share as a percentage. */
export const percent = (share: number): string => {
  const rounded = Math.round(share * 100);
  return share > 0 && rounded === 0 ? "<1%" : share < 1 && rounded === 100 ? ">99%" : `${rounded}%`;
};

const bars = "▁▂▃▄▅▆▇█";

/** A bar for a share of the whole: from ▁ for 0 to █ for 1. */
export const barOf = (share: number): string =>
  bars[Math.max(0, Math.min(bars.length - 1, Math.round(share * (bars.length - 1))))]!;

/** How full bins are, beside the fullest; a blank for an empty one. */
export function histogramBars(counts: readonly number[]): string {
  const most = Math.max(...counts, 1);
  return counts.map((count) => (count === 0 ? " " : barOf(count / most))).join("");
}

/** Neighbors added up until there are at most so many. */
export function gathered(counts: readonly number[], most: number): number[] {
  if (counts.length <= most) return [...counts];
  const size = Math.ceil(counts.length / most);
  return Array.from({ length: Math.ceil(counts.length / size) }, (_, i) =>
    counts.slice(i * size, (i + 1) * size).reduce((a, b) => a + b, 0),
  );
}

/** Sizes on a log scale, as heights between 0 (the least) and 1; all are 1 if they are about the same. */
export function logHeights(sizes: readonly number[]): (share: number) => number {
  const logs = sizes.filter((size) => size > 0 && Number.isFinite(size)).map(Math.log10);
  const high = Math.max(...logs);
  // Within a factor of ten, nothing has vanished: a small range is not blown up.
  const low = Math.min(high - 1, Math.min(...logs));
  return (size) => (size > 0 && logs.length > 0 ? (Math.log10(size) - low) / (high - low) : 0);
}

/** Sizes as bars on a log scale: `0` where nothing is left, `X` where a number is not finite. */
export function sizeBars(sizes: readonly number[]): string {
  const height = logHeights(sizes);
  return sizes
    .map((size) => (Number.isFinite(size) ? (size === 0 ? "0" : barOf(height(size))) : "X"))
    .join("");
}
