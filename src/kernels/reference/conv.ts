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

/** y[n, oh, ow, o] = Σ x[n, h, w, i] · filter[kh, kw, i, o] over the taps (kh, kw) and channels i. */
export function conv2d({ data: x }: View, { data: filter }: View, g: ConvGeometry, out: View): void {
  const y = new Float64Array(out.data.length);
  const perGroup = g.inputs / g.groups;
  const outPerGroup = g.outputs / g.groups;
  forEachTap(g, (xAt, filterAt, yAt) => {
    for (let i = 0; i < perGroup; i++) {
      const value = x[xAt + i]!;
      const row = filterAt + i * g.outputs;
      for (let o = 0; o < outPerGroup; o++) y[yAt + o]! += value * filter[row + o]!;
    }
  });
  out.data.set(y);
}

/** dx[n, h, w, i] = Σ dy[n, oh, ow, o] · filter[kh, kw, i, o]: each dy stamps the filter. */
export function conv2dInput({ data: dy }: View, { data: filter }: View, g: ConvGeometry, out: View): void {
  const dx = new Float64Array(out.data.length);
  const perGroup = g.inputs / g.groups;
  const outPerGroup = g.outputs / g.groups;
  forEachTap(g, (xAt, filterAt, yAt) => {
    for (let i = 0; i < perGroup; i++) {
      const row = filterAt + i * g.outputs;
      let sum = 0;
      for (let o = 0; o < outPerGroup; o++) sum += dy[yAt + o]! * filter[row + o]!;
      dx[xAt + i]! += sum;
    }
  });
  out.data.set(dx);
}

/** dfilter[kh, kw, i, o] = Σ x[n, h, w, i] · dy[n, oh, ow, o]. */
export function conv2dFilter({ data: x }: View, { data: dy }: View, g: ConvGeometry, out: View): void {
  const df = new Float64Array(out.data.length);
  const perGroup = g.inputs / g.groups;
  const outPerGroup = g.outputs / g.groups;
  forEachTap(g, (xAt, filterAt, yAt) => {
    for (let i = 0; i < perGroup; i++) {
      const value = x[xAt + i]!;
      const row = filterAt + i * g.outputs;
      for (let o = 0; o < outPerGroup; o++) df[row + o]! += value * dy[yAt + o]!;
    }
  });
  out.data.set(df);
}
