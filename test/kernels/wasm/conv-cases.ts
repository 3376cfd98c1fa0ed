import fc from "fast-check";
import { expect } from "vitest";
import { type ConvGeometry, convGeometry, outputShape } from "../../../src/geometry.ts";
import { reference } from "../../../src/kernels/reference/reference.ts";
import type { Lowering } from "../../../src/kernels/wasm/instruction.ts";
import type { Shape } from "../../../src/shape.ts";
import type { View } from "../../../src/view.ts";
import { seeds } from "../../support/cells.ts";
import { exact, expectNear, numbers, resultOf, rounding, zeros } from "./compare.ts";

export interface ConvCase {
  readonly x: Shape;
  readonly filter: Shape;
  readonly g: ConvGeometry;
  readonly threads: number;
  readonly seed: number;
}

/** Filters [kh, kw, inputs / groups, outputs] and the number of their groups. */
export type Filters = fc.Arbitrary<{ readonly filter: Shape; readonly groups: number }>;

export const small = fc.integer({ min: 1, max: 3 });

/** Convolutions of small images with any window. */
export const convCases = (filters: Filters): fc.Arbitrary<ConvCase> =>
  fc
    .record({
      image: fc.tuple(small, fc.integer({ min: 1, max: 11 }), fc.integer({ min: 1, max: 11 })),
      filters,
      window: fc.record({
        strides: fc.tuple(small, small),
        padding: fc.constantFrom("valid", "same"),
        dilation: fc.tuple(small, small),
      }),
      threads: fc.integer({ min: 1, max: 3 }),
      seed: seeds,
    })
    .map(({ image, filters: { filter, groups }, window, threads, seed }) => {
      const x = [...image, filter[2]! * groups];
      return { x, filter, g: convGeometry(x, filter, window, groups), threads, seed };
    });

type Name = "conv2d" | "conv2dInput" | "conv2dFilter";

// A sum of n products in some order has an error of at most n roundings of the sum of their sizes, and one of about √n
// of them unless the rounding errors conspire. Sums of a few products may be unlucky.
const tolerance = (products: number): number => (4 + Math.sqrt(products)) * rounding;

/** How many products make a result, at most. */
function productsOf(name: Name, g: ConvGeometry): number {
  const taps = g.height.kernel * g.width.kernel;
  if (name === "conv2d") return (taps * g.inputs) / g.groups;
  return name === "conv2dInput" ? (taps * g.outputs) / g.groups : g.batch * g.height.output * g.width.output;
}

/** Runs one of the three convolutions and compares it with the reference in float64. */
export function checkConv<N extends Name>(
  name: N,
  lower: Lowering<N>,
  { x, filter, g, threads, seed }: ConvCase,
) {
  const y = outputShape(g);
  const shapes = {
    conv2d: [x, filter, y],
    conv2dInput: [y, filter, x],
    conv2dFilter: [x, y, filter],
  } as const;
  const [a, b] = [numbers(shapes[name][0], seed), numbers(shapes[name][1], seed + 1)];
  const compute = reference[name] as (a: View, b: View, g: ConvGeometry, out: View) => void;
  const [want, size] = [zeros(shapes[name][2]), zeros(shapes[name][2])];
  compute(exact(a), exact(b), g, want);
  compute(exact(a, Math.abs), exact(b, Math.abs), g, size);
  const run = lower as Lowering<"conv2d">;
  const got = resultOf([a, b], want.shape, (w, out) => run(w, a, b, g, out), threads);
  const relative = tolerance(productsOf(name, g));
  expectNear(got, want.data, (i) => relative * size.data[i]!);
}

/** Checks one geometry given by its numbers. */
export function caseOf(
  x: Shape,
  filter: Shape,
  options: {
    stride?: number;
    padding?: "same" | "valid";
    dilation?: number;
    groups?: number;
    threads?: number;
  } = {},
): ConvCase {
  const { stride = 1, padding = "same", dilation = 1, groups = 1, threads = 2 } = options;
  const window = { strides: [stride, stride], padding, dilation: [dilation, dilation] } as const;
  const g = convGeometry(x, filter, window, groups);
  expect(g.batch).toBe(x[0]);
  return { x, filter, g, threads, seed: 7 };
}
