import type { PoolGeometry } from "../../geometry.ts";
import type { View } from "../../view.ts";
import { tapsAt } from "./conv.ts";

/** Calls `visit` for every window with the flat positions of its real cells in x, and of its output. */
function forEachWindow(g: PoolGeometry, visit: (cells: number[], at: number) => void): void {
  const { height, width, channels } = g;
  const cells: number[] = [];
  for (let n = 0; n < g.batch; n++) {
    for (let oh = 0; oh < height.output; oh++) {
      const rows = tapsAt(height, oh);
      for (let ow = 0; ow < width.output; ow++) {
        const columns = tapsAt(width, ow);
        for (let c = 0; c < channels; c++) {
          cells.length = 0;
          for (let kh = rows.first; kh < rows.end; kh++) {
            const h = rows.start + kh * height.dilation;
            for (let kw = columns.first; kw < columns.end; kw++) {
              const w = columns.start + kw * width.dilation;
              cells.push(((n * height.input + h) * width.input + w) * channels + c);
            }
          }
          visit(cells, ((n * height.output + oh) * width.output + ow) * channels + c);
        }
      }
    }
  }
}

/** The first largest of `cells`; NaN wins, so that it is not hidden. */
function largest(x: View, cells: readonly number[]): number {
  let best = cells[0]!;
  for (const cell of cells) {
    const value = x.data[cell]!;
    if (value > x.data[best]! || (Number.isNaN(value) && !Number.isNaN(x.data[best]!))) best = cell;
  }
  return best;
}

export const maxPool = (x: View, g: PoolGeometry, out: View): void => maxPoolGather(x, x, g, out);

export function maxPoolGather(v: View, x: View, g: PoolGeometry, out: View): void {
  forEachWindow(g, (cells, at) => {
    out.data[at] = v.data[largest(x, cells)]!;
  });
}

export function maxPoolScatter(dy: View, x: View, g: PoolGeometry, out: View): void {
  out.data.fill(0);
  forEachWindow(g, (cells, at) => {
    out.data[largest(x, cells)]! += dy.data[at]!;
  });
}

export function averagePool(x: View, g: PoolGeometry, out: View): void {
  forEachWindow(g, (cells, at) => {
    let sum = 0;
    for (const cell of cells) sum += x.data[cell]!;
    out.data[at] = sum / cells.length;
  });
}

export function averagePoolScatter(dy: View, g: PoolGeometry, out: View): void {
  const dx = new Float64Array(out.data.length);
  forEachWindow(g, (cells, at) => {
    for (const cell of cells) dx[cell]! += dy.data[at]! / cells.length;
  });
  out.data.set(dx);
}
