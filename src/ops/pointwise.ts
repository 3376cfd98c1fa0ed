import type { DType } from "../dtype.ts";
import type { BinaryName, UnaryName } from "../kernels/kernels.ts";
import { broadcastShapes } from "../shape.ts";
import type { Level } from "../tex.ts";
import { broadcastView } from "../view.ts";
import { type Op, op, type Vjp } from "./op.ts";

type None = Record<never, never>;
export type UnaryOp = Op<readonly ["x"], None>;
export type BinaryOp = Op<readonly ["a", "b"], None>;

interface Pointwise {
  tex: string;
  level?: Level;
  /** `"any"` where whole numbers stay whole numbers. */
  numbers?: "float" | "any";
  dtype?: DType;
}

/** An op that maps every cell by itself: x → out of the same shape. */
export const unary = (
  name: UnaryName,
  { vjp, ...about }: Pointwise & { vjp: Vjp<readonly ["x"], None> | null },
): UnaryOp =>
  op(name, ["x"])({
    ...about,
    pointwise: true,
    shape: ({ x }) => x,
    forward: (k, { x }, out) => k.unary(name, x, out),
    vjp: { x: vjp },
  });

/** An op on pairs of cells; shapes broadcast as numpy's do. */
export const binary = (
  name: BinaryName,
  { a, b, ...about }: Pointwise & Record<"a" | "b", Vjp<readonly ["a", "b"], None> | null>,
): BinaryOp =>
  op(name, ["a", "b"])({
    ...about,
    pointwise: true,
    broadcasts: true,
    shape: (s) => broadcastShapes(s.a, s.b),
    forward: (k, x, out) => k.binary(name, broadcastView(x.a, out.shape), broadcastView(x.b, out.shape), out),
    vjp: { a, b },
  });
