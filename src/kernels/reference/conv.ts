import type { Cells } from "../../dtype.ts";
import type { ConvGeometry, WindowAxis } from "../../geometry.ts";
import type { View } from "../../view.ts";

/**
 * The taps of the window at `position` that read real cells, from `first` to before `end`, and the input cell
 * that tap 0 would read (negative in the padding): tap t reads cell `start + t · dilation`.
 */
export function tapsAt(axis: WindowAxis, position: number): { start: number; first: number; end: number } {
  const start = position * axis.stride - axis.before;
  const first = Math.max(0, Math.ceil(-start / axis.dilation));
  const end = Math.min(axis.kernel, Math.ceil((axis.input - start) / axis.dilation));
  return { start, first, end };
}

/**
 * Visits every product of a convolution once: calls `visit` with the flat positions of the first input
 * channel of the group in x, of the filter's row [kh, kw, 0, group] and of the group's first output channel
 * in y. The three kernels below differ only in which of the three they add into.
 */
function forEachTap(g: ConvGeometry, visit: (xAt: number, filterAt: number, yAt: number) => void): void {
  const { height, width } = g;
  const perGroup = g.inputs / g.groups;
  const outPerGroup = g.outputs / g.groups;
  for (let n = 0; n < g.batch; n++) {
    for (let oh = 0; oh < height.output; oh++) {
      const rows = tapsAt(height, oh);
      for (let ow = 0; ow < width.output; ow++) {
        const columns = tapsAt(width, ow);
        const y = ((n * height.output + oh) * width.output + ow) * g.outputs;
        for (let kh = rows.first; kh < rows.end; kh++) {
          const h = rows.start + kh * height.dilation;
          for (let kw = columns.first; kw < columns.end; kw++) {
            const w = columns.start + kw * width.dilation;
            const x = ((n * height.input + h) * width.input + w) * g.inputs;
            const filter = (kh * width.kernel + kw) * perGroup * g.outputs;
            for (let group = 0; group < g.groups; group++) {
              visit(x + group * perGroup, filter + group * outPerGroup, y + group * outPerGroup);
            }
          }
        }
      }
    }
  }
}

/** Numbers at `at`, `at + step`, …; with `length` cells each they are rows. */
interface Strided {
  readonly cells: Cells;
  readonly at: number;
  readonly step: number;
}

/** to[at + k] += Σ_r factors[r] · rows[r][k] for `count` rows of `length` cells, four rows at a time. */
function addRows(
  to: Float64Array,
  at: number,
  length: number,
  factors: Strided,
  rows: Strided,
  count: number,
): void {
  const { cells: f, step: fStep } = factors;
  const { cells: x, step } = rows;
  let r = 0;
  for (; r + 4 <= count; r += 4) {
    const from = factors.at + r * fStep;
    const [a, b, c, d] = [f[from]!, f[from + fStep]!, f[from + 2 * fStep]!, f[from + 3 * fStep]!];
    const first = rows.at + r * step;
    for (let k = 0; k < length; k++) {
      const here = first + k;
      to[at + k]! += a * x[here]! + b * x[here + step]! + c * x[here + 2 * step]! + d * x[here + 3 * step]!;
    }
  }
  for (; r < count; r++) {
    const factor = f[factors.at + r * fStep]!;
    for (let k = 0; k < length; k++) to[at + k]! += factor * x[rows.at + r * step + k]!;
  }
}

/** to[at + r] += Σ_k x[k] · rows[r][k] for `count` rows of `length` cells, four rows at a time. */
function addProducts(
  to: Float64Array,
  at: number,
  length: number,
  x: Cells,
  xAt: number,
  rows: Strided,
  count: number,
): void {
  const { cells, step } = rows;
  let r = 0;
  for (; r + 4 <= count; r += 4) {
    const first = rows.at + r * step;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let k = 0; k < length; k++) {
      const value = x[xAt + k]!;
      const here = first + k;
      a += value * cells[here]!;
      b += value * cells[here + step]!;
      c += value * cells[here + 2 * step]!;
      d += value * cells[here + 3 * step]!;
    }
    to[at + r]! += a;
    to[at + r + 1]! += b;
    to[at + r + 2]! += c;
    to[at + r + 3]! += d;
  }
  for (; r < count; r++) {
    for (let k = 0; k < length; k++) to[at + r]! += x[xAt + k]! * cells[rows.at + r * step + k]!;
  }
}

/** y[n, oh, ow, o] = Σ x[n, h, w, i] · filter[kh, kw, i, o] over the taps (kh, kw) and channels i. */
export function conv2d({ data: x }: View, { data: filter }: View, g: ConvGeometry, out: View): void {
  const y = new Float64Array(out.data.length);
  const [perGroup, outPerGroup] = [g.inputs / g.groups, g.outputs / g.groups];
  forEachTap(g, (xAt, filterAt, yAt) => {
    const rows = { cells: filter, at: filterAt, step: g.outputs };
    addRows(y, yAt, outPerGroup, { cells: x, at: xAt, step: 1 }, rows, perGroup);
  });
  out.data.set(y);
}

/** dx[n, h, w, i] = Σ dy[n, oh, ow, o] · filter[kh, kw, i, o]: each dy stamps the filter. */
export function conv2dInput({ data: dy }: View, { data: filter }: View, g: ConvGeometry, out: View): void {
  const dx = new Float64Array(out.data.length);
  const [perGroup, outPerGroup] = [g.inputs / g.groups, g.outputs / g.groups];
  forEachTap(g, (xAt, filterAt, yAt) => {
    addProducts(dx, xAt, outPerGroup, dy, yAt, { cells: filter, at: filterAt, step: g.outputs }, perGroup);
  });
  out.data.set(dx);
}

/** The positions of the window whose tap `tap` reads a real cell, and the cell that the first of them reads. */
function positionsOf(axis: WindowAxis, tap: number): { first: number; count: number; cell: number } {
  const reach = tap * axis.dilation - axis.before;
  const first = Math.max(0, Math.ceil(-reach / axis.stride));
  const end = Math.min(axis.output, Math.ceil((axis.input - reach) / axis.stride));
  return { first, count: Math.max(end - first, 0), cell: first * axis.stride + reach };
}

/** dfilter[kh, kw, i, o] = Σ x[n, h, w, i] · dy[n, oh, ow, o], a row of positions at a time. */
export function conv2dFilter({ data: x }: View, { data: dy }: View, g: ConvGeometry, out: View): void {
  const df = new Float64Array(out.data.length);
  const { height, width } = g;
  const [perGroup, outPerGroup] = [g.inputs / g.groups, g.outputs / g.groups];
  for (let kh = 0; kh < height.kernel; kh++) {
    const down = positionsOf(height, kh);
    for (let kw = 0; kw < width.kernel; kw++) {
      const across = positionsOf(width, kw);
      for (let n = 0; n < g.batch; n++) {
        for (let r = 0; r < down.count; r++) {
          const h = n * height.input + down.cell + r * height.stride;
          const xAt = (h * width.input + across.cell) * g.inputs;
          const yAt = ((n * height.output + down.first + r) * width.output + across.first) * g.outputs;
          for (let i = 0; i < g.inputs; i++) {
            const group = Math.floor(i / perGroup);
            const row =
              ((kh * width.kernel + kw) * perGroup + (i % perGroup)) * g.outputs + group * outPerGroup;
            const factors = { cells: x, at: xAt + i, step: width.stride * g.inputs };
            const rows = { cells: dy, at: yAt + group * outPerGroup, step: g.outputs };
            addRows(df, row, outPerGroup, factors, rows, across.count);
          }
        }
      }
    }
  }
  out.data.set(df);
}
