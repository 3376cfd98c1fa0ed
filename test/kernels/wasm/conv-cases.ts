import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConvGeometry, convGeometry, outputShape } from "../../../src/geometry.ts";
import { reference } from "../../../src/kernels/reference/reference.ts";
import type { Lowering } from "../../../src/kernels/wasm/instruction.ts";
import type { Shape } from "../../../src/shape.ts";
import type { View } from "../../../src/view.ts";
import { seeds } from "../../support/cells.ts";
import { exact, expectNear, numbers, resultOf, rounding, zeros } from "./compare.ts";

interface ConvCase {
  readonly g: ConvGeometry;
  readonly threads: number;
  readonly seed: number;
}

/** Filters [kh, kw, inputs / groups, outputs] and the number of their groups. */
type Filters = fc.Arbitrary<{ readonly filter: Shape; readonly groups: number }>;

export const small = fc.integer({ min: 1, max: 3 });

/** Convolutions of small images with any window. */
const convCases = (filters: Filters): fc.Arbitrary<ConvCase> =>
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
      return { g: convGeometry(x, filter, window, groups), threads, seed };
    });

export const names = ["conv2d", "conv2dInput", "conv2dFilter"] as const;
export type Name = (typeof names)[number];

/** The shapes of the two operands and of the result. */
export function shapesOf(name: Name, g: ConvGeometry): readonly [Shape, Shape, Shape] {
  const x = [g.batch, g.height.input, g.width.input, g.inputs];
  const filter = [g.height.kernel, g.width.kernel, g.inputs / g.groups, g.outputs];
  const y = outputShape(g);
  const shapes = {
    conv2d: [x, filter, y],
    conv2dInput: [y, filter, x],
    conv2dFilter: [x, y, filter],
  } as const;
  return shapes[name];
}

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
function checkConv(name: Name, lower: Lowering<Name>, { g, threads, seed }: ConvCase): void {
  const [first, second, result] = shapesOf(name, g);
  const [a, b] = [numbers(first, seed), numbers(second, seed + 1)];
  const compute = reference[name] as (a: View, b: View, g: ConvGeometry, out: View) => void;
  const [want, size] = [zeros(result), zeros(result)];
  compute(exact(a), exact(b), g, want);
  compute(exact(a, Math.abs), exact(b, Math.abs), g, size);
  const got = resultOf([a, b], result, (w, out) => lower(w, a, b, g, out), threads);
  const relative = tolerance(productsOf(name, g));
  expectNear(got, want.data, (i) => relative * size.data[i]!);
}

/** Tests the lowerings of the three convolutions, with any windows and with those that make many blocks. */
export function testConvolutions(
  what: string,
  lowerings: { readonly [N in Name]: Lowering<N> },
  filters: Filters,
  large: readonly ConvCase[],
): void {
  const cases = convCases(filters);
  describe.each(names)(`${what} %s in WebAssembly`, (name) => {
    const lower = lowerings[name] as Lowering<Name>;

    it("any window", () => {
      fc.assert(
        fc.property(cases, (one) => {
          // The gradient of a filter over no positions is left to the reference.
          const empty = one.g.height.output * one.g.width.output === 0;
          if (!(empty && name === "conv2dFilter")) checkConv(name, lower, one);
        }),
        { numRuns: 200 },
      );
    });

    it("many blocks", () => {
      for (const one of large) checkConv(name, lower, one);
    });
  });
}

/** One geometry given by its numbers. */
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
  return { g, threads, seed: 7 };
}
