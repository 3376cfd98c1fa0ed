import ndarray, { type NdArray } from "ndarray";
import ops from "ndarray-ops";
import type { Cells } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import { isContiguous, type View, viewOf } from "../../view.ts";
import type { BinaryName, Kernels } from "../kernels.ts";
import { conv2d, conv2dFilter, conv2dInput } from "./conv.ts";
import { type Lane, reducers, scans } from "./lanes.ts";
import { matmul } from "./matmul.ts";
import { averagePool, averagePoolScatter, maxPool, maxPoolGather, maxPoolScatter } from "./pool.ts";
import { uniform } from "./random.ts";
import { onRuns, type Run, runOf } from "./runs.ts";
import { binary, unary } from "./scalar.ts";

type Nd = NdArray<Cells>;

// ndarray-ops loops over axes, of which a scalar has none: it is taken for one axis of one cell.
const nd = (view: View): Nd =>
  view.shape.length === 0
    ? ndarray(view.data, [1], [1], view.offset)
    : ndarray(view.data, [...view.shape], [...view.stride], view.offset);

/** The operations that ndarray-ops has too, and loops over strided arrays faster than we would. */
const ndBinary: Partial<Record<BinaryName, (out: Nd, a: Nd, b: Nd) => unknown>> = {
  add: ops.add,
  sub: ops.sub,
  mul: ops.mul,
  div: ops.div,
  pow: ops.pow,
  maximum: ops.max,
  minimum: ops.min,
  atan2: ops.atan2,
  equal: ops.eq,
  notEqual: ops.neq,
  less: ops.lt,
  lessEqual: ops.leq,
  greater: ops.gt,
  greaterEqual: ops.geq,
};

const copy = (x: View, out: View): void => {
  if (x.shape.includes(0)) return;
  if (isContiguous(x) && isContiguous(out)) {
    const count = sizeOf(x.shape);
    out.data.set(x.data.subarray(x.offset, x.offset + count), out.offset);
  } else {
    ops.assign(nd(out), nd(x));
  }
};

/** The view as row-major cells: itself where it is that already. */
function flat(view: View): Cells {
  const size = sizeOf(view.shape);
  if (isContiguous(view)) {
    const whole = size === view.data.length;
    return whole ? view.data : view.data.subarray(view.offset, view.offset + size);
  }
  const data = new (view.data.constructor as new (size: number) => Cells)(size);
  copy(view, viewOf(data, view.shape));
  return data;
}

/** The cells of a view as a run: of a copy where they are none. */
const inOrder = (view: View): Run => runOf(view) ?? { data: flat(view), at: 0, step: 1 };

/** The lanes along the last `count` axes of `x`, in float64, one after another. */
function* lanesOf(x: View, count: number): Generator<Lane> {
  const kept = x.shape.slice(0, x.shape.length - count);
  const length = sizeOf(x.shape.slice(kept.length));
  const all = new Float64Array(flat(x));
  const lanes = sizeOf(kept);
  for (let i = 0; i < lanes; i++) yield all.subarray(i * length, (i + 1) * length);
}

/** An index that counts from the end if it is negative. */
const wrapped = (index: number, length: number): number => (index < 0 ? index + length : index);

/** Readable kernels in every dtype: the definition of right for all others. */
export const reference: Kernels = {
  copy,

  fill: (value, out) => {
    if (!out.shape.includes(0)) ops.assigns(nd(out), value);
  },

  unary: (name, x, out) => {
    const f = unary[name];
    const cells = flat(x);
    for (let i = 0; i < cells.length; i++) out.data[i] = f(cells[i]!);
  },

  binary: (name, a, b, out) => {
    const count = sizeOf(out.shape);
    // For few cells the loops of ndarray-ops take longer to choose than to run.
    if (count === 0 || onRuns(name, a, b, count, out.data)) return;
    const strided = ndBinary[name];
    if (strided !== undefined) {
      strided(nd(out), nd(a), nd(b));
      return;
    }
    const f = binary[name];
    const [left, right] = [flat(a), flat(b)];
    for (let i = 0; i < left.length; i++) out.data[i] = f(left[i]!, right[i]!);
  },

  select: (condition, a, b, out) => {
    const choose = flat(condition);
    const [left, right] = [inOrder(a), inOrder(b)];
    for (let i = 0; i < choose.length; i++) {
      const { data, at, step } = choose[i] ? left : right;
      out.data[i] = data[at + i * step]!;
    }
  },

  reduce: (name, x, count, out) => {
    const reducer = reducers[name];
    let at = 0;
    for (const lane of lanesOf(x, count)) out.data[at++] = reducer(lane);
  },

  scan: (name, x, out) => {
    const scan = scans[name];
    const length = x.shape.at(-1)!;
    const result = new Float64Array(sizeOf(x.shape));
    let at = 0;
    for (const lane of lanesOf(x, 1)) {
      if (length > 0) scan(lane, result.subarray(at, at + length));
      at += length;
    }
    copy(viewOf(result, x.shape), out);
  },

  matmul,
  conv2d,
  conv2dInput,
  conv2dFilter,
  maxPool,
  maxPoolGather,
  maxPoolScatter,
  averagePool,
  averagePoolScatter,
  uniform,

  gather: (x, indices, out) => {
    const [outer, length, inner] = x.shape as readonly [number, number, number];
    const count = indices.data.length;
    for (let a = 0; a < outer; a++) {
      for (let m = 0; m < count; m++) {
        const from = (a * length + wrapped(indices.data[m]!, length)) * inner;
        out.data.set(x.data.subarray(from, from + inner), (a * count + m) * inner);
      }
    }
  },

  scatterAdd: (dy, indices, out) => {
    const [outer, length, inner] = out.shape as readonly [number, number, number];
    const count = indices.data.length;
    out.data.fill(0);
    for (let a = 0; a < outer; a++) {
      for (let m = 0; m < count; m++) {
        const to = (a * length + wrapped(indices.data[m]!, length)) * inner;
        const from = (a * count + m) * inner;
        for (let b = 0; b < inner; b++) out.data[to + b]! += dy.data[from + b]!;
      }
    }
  },
};
