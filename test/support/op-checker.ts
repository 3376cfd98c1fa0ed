import fc from "fast-check";
import ndarray from "ndarray";
import { expect } from "vitest";
import * as c from "../../src/index.ts";
import type { AnyOp } from "../../src/ops/op.ts";
import { sameShape, unknown } from "../../src/shape.ts";
import { spread } from "./cells.ts";
import type { Case } from "./op-cases.ts";

type Fn = (...xs: c.Tensor[]) => c.Tensor;

/** Calls an op with the inputs of a case, spread out or as a list. */
export function apply(op: AnyOp, inputs: readonly c.TensorLike[], attrs: object | undefined): c.Tensor {
  const operands = op.inputs[0]!.startsWith("...") ? [inputs] : inputs;
  return attrs === undefined ? op(...operands) : op(...operands, attrs);
}

const inner = (a: c.Tensor, b: c.Tensor): number =>
  Array.from(a.data as ArrayLike<number>).reduce((sum, x, i) => sum + x * b.data[i]!, 0);

const isFloat = (x: c.Tensor): boolean => x.dtype === "float64" || x.dtype === "float32";

/** The op as a function of its float inputs alone, the others held fixed. */
function floatPart(op: AnyOp, { inputs, attrs }: Case): { f: Fn; xs: c.Tensor[] } {
  const slots = inputs.flatMap((x, i) => (isFloat(x) ? [i] : []));
  const f: Fn = (...xs) =>
    apply(
      op,
      inputs.map((x, i) => (slots.includes(i) ? xs[slots.indexOf(i)]! : x)),
      attrs,
    );
  return { f, xs: slots.map((i) => inputs[i]!) };
}

/** x + t · v, outside the engine. */
const moved = (x: c.Tensor, v: c.Tensor, t: number): c.Tensor =>
  c.tensor(
    Array.from(x.data as ArrayLike<number>, (value, i) => value + t * v.data[i]!),
    { shape: x.shape, dtype: "float64" },
  );

/** The derivative of a scalar function of tensors along the directions, by central differences, extrapolated. */
function slope(phi: (...xs: c.Tensor[]) => number, xs: readonly c.Tensor[], vs: readonly c.Tensor[]): number {
  const at = (t: number) => phi(...xs.map((x, i) => moved(x, vs[i]!, t)));
  const h = 1e-4;
  const central = (step: number) => (at(step) - at(-step)) / (2 * step);
  return (4 * central(h / 2) - central(h)) / 3;
}

const directions = (xs: readonly c.Tensor[], seed: number) =>
  xs.map((x, i) => spread(x.shape, seed + 100 + i, { domain: [-1, 1], kinks: [] }));

function expectNear(actual: number, expected: number, scale: number, rtol: number, what: string): void {
  const off = Math.abs(actual - expected);
  expect(off, `${what}: ${actual} against ${expected}`).toBeLessThanOrEqual(
    rtol * Math.max(scale, Math.abs(expected), 1),
  );
}

const asList = (gradients: c.Tensor | c.Tensor[]): c.Tensor[] =>
  Array.isArray(gradients) ? gradients : [gradients];

/**
 * First order: ⟨u, J v⟩ by differences of values, by the gradient rules (⟨Jᵀu, v⟩), and by forward mode.
 * Second order: the same for x ↦ ⟨Jᵀu, w⟩, the gradient rules as functions themselves.
 */
export function checkDerivatives(f: Fn, xs: c.Tensor[], seed: number): void {
  const y = f(...xs);
  const u = spread(y.shape, seed + 1, { domain: [-1, 1], kinks: [] });
  const [vs, ws] = [directions(xs, seed), directions(xs, seed + 50)];
  const pull = (...at: c.Tensor[]) => asList(c.vjp(f)(...at)[1](u));
  const gradients = pull(...xs);
  gradients.forEach((g, i) => {
    expect(g.shape, "shape of a gradient").toEqual(xs[i]!.shape);
  });
  const reverse = gradients.reduce((sum, g, i) => sum + inner(g, vs[i]!), 0);
  const scale = gradients.reduce((sum, g) => sum + Math.sqrt(inner(g, g)), 0);
  expectNear(
    reverse,
    slope((...at) => inner(f(...at), u), xs, vs),
    scale,
    1e-7,
    "gradient against differences",
  );

  const [value, tangent] = c.jvp(f)(xs, vs);
  expect(value.data).toEqual(y.data);
  expectNear(inner(tangent, u), reverse, scale, 1e-11, "adjoint identity");

  const second = (...at: c.Tensor[]) =>
    pull(...at)
      .map((g, i) => g.mul(ws[i]!).sum())
      .reduce((a, b) => a.add(b));
  const curvature = asList(c.grad(second)(...xs));
  const along = curvature.reduce((sum, g, i) => sum + inner(g, vs[i]!), 0);
  const size = curvature.reduce((sum, g) => sum + Math.sqrt(inner(g, g)), 0);
  expectNear(
    along,
    slope((...at) => second(...at).item(), xs, vs),
    size,
    1e-6,
    "second order against differences",
  );
}

/** An ndarray of the same cells with permuted strides, as a transposed array has them. */
function stridedCopy(x: c.Tensor): c.TensorLike {
  if (x.rank < 2 || x.dtype !== "float64") return x;
  const turned = x.transpose();
  return ndarray(turned.toTypedArray(), [...turned.shape]).transpose(
    ...x.shape.map((_, i) => x.rank - 1 - i),
  );
}

function expectSame(a: c.Tensor, b: c.Tensor, what: string): void {
  expect(a.shape, what).toEqual(b.shape);
  expect(a.dtype, what).toBe(b.dtype);
  expect(a.data, what).toEqual(b.data);
}

/** The shape rule against what comes out, on symbolic inputs and on such with an unknown first size. */
function checkShapes(op: AnyOp, { inputs, attrs }: Case, y: c.Tensor): void {
  const traced = apply(
    op,
    inputs.map((x) => c.placeholder(x.shape, x.dtype)),
    attrs,
  );
  expect(traced.symbolic).toBe(true);
  expect([traced.shape, traced.dtype], "shape rule").toEqual([y.shape, y.dtype]);
  const open = inputs.map((x) =>
    c.placeholder(
      x.shape.map((n, i) => (i === 0 && n !== 1 ? unknown : n)),
      x.dtype,
    ),
  );
  let guess: c.Tensor | undefined;
  try {
    guess = apply(op, open, attrs);
  } catch (error) {
    // An op whose attributes fix the size may refuse not to know it; it must say so.
    expect(error).toBeInstanceOf(c.ChainruleError);
  }
  if (guess !== undefined)
    expect(sameShape(guess.shape, y.shape), "shape rule with an unknown size").toBe(true);
}

/** float32 against float64: the same result up to rounding. */
function checkFloat32(op: AnyOp, { inputs, attrs }: Case, y: c.Tensor): void {
  const small = inputs.map((x) => (x.dtype === "float64" ? c.cast(x, "float32") : x));
  const narrow = apply(op, small, attrs);
  expect(narrow.shape).toEqual(y.shape);
  if (!isFloat(y)) return;
  const size = Math.max(1, ...Array.from(y.data as ArrayLike<number>, Math.abs));
  y.data.forEach((value, i) => {
    expectNear(narrow.data[i]!, value, size, 1e-4, `float32 cell ${i}`);
  });
}

/** Everything that holds for every op. */
export function checkOp(op: AnyOp, cases: fc.Arbitrary<Case>, runs: number, stops = false): void {
  fc.assert(
    fc.property(cases, fc.integer({ min: 0, max: 1e6 }), (one, seed) => {
      const before = one.inputs.map((x) => x.toTypedArray());
      const y = apply(op, one.inputs, one.attrs);
      checkShapes(op, one, y);
      expectSame(apply(op, one.inputs.map(stridedCopy), one.attrs), y, "strided input");
      checkFloat32(op, one, y);
      const { f, xs } = floatPart(op, one);
      if (y.dtype === "float64" && xs.length > 0 && !stops) checkDerivatives(f, xs, seed);
      one.inputs.forEach((x, i) => {
        expect(x.data, "an input was changed").toEqual(before[i]);
      });
    }),
    { numRuns: runs },
  );
}
