import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConvGeometry, convGeometry } from "../../../src/geometry.ts";
import { reference } from "../../../src/kernels/reference/reference.ts";
import type { Lowering } from "../../../src/kernels/wasm/instruction.ts";
import { widenedWinograd } from "../../../src/kernels/wasm/lower/widened.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";
import { type View, viewOf } from "../../../src/view.ts";
import { seeds } from "../../support/cells.ts";
import { exact, expectNear, numbers, resultOf, zeros } from "./compare.ts";
import { type Name, names, shapesOf } from "./conv-cases.ts";

/** That of Winograd's convolutions: the largest error by the largest value. */
const tolerance = 4e-6;

type Kernel = (a: View, b: View, g: ConvGeometry, out: View) => void;
const lowered = (name: Name) => widenedWinograd[name] as Lowering<"conv2d">;

/** Whether the lowering takes the convolution. */
function takes(name: Name, g: ConvGeometry, change: (view: View) => View = (view) => view): boolean {
  const view = (shape: Shape) => change(viewOf(new Float32Array(sizeOf(shape)), shape));
  const [a, b, out] = shapesOf(name, g);
  const scratch = () => ({ data: new Float32Array(0), offset: 0 });
  return (
    lowered(name)({ threads: 1, scratch, isFixed: () => false }, view(a), view(b), g, view(out)) !== undefined
  );
}

function check(name: Name, g: ConvGeometry, threads: number, seed: number): void {
  const [first, second, result] = shapesOf(name, g);
  const [a, b] = [numbers(first, seed), numbers(second, seed + 1)];
  const want = zeros(result);
  (reference[name] as Kernel)(exact(a), exact(b), g, want);
  const got = resultOf([a, b], result, (w, out) => lowered(name)(w, a, b, g, out), threads);
  const largest = Array.from(want.data, Math.abs).reduce((most, cell) => Math.max(most, cell), 0);
  expectNear(got, want.data, () => tolerance * largest);
}

function geometry(
  size: readonly [number, number, number],
  [inputs, outputs]: readonly [number, number],
  { padding = "same" as "same" | "valid", kernel = 3, stride = 1, dilation = 1, groups = 1 } = {},
): ConvGeometry {
  const window = { strides: [stride, stride], padding, dilation: [dilation, dilation] } as const;
  return convGeometry([...size, inputs], [kernel, kernel, inputs / groups, outputs], window, groups);
}

const few = fc.integer({ min: 1, max: 3 });
const some = fc.integer({ min: 1, max: 21 });

describe.each(names)("Winograd's %s of few channels in WebAssembly", (name) => {
  it("images and paddings of all sizes, few channels before or after", () => {
    const cases = fc.record({
      size: fc.tuple(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 4, max: 21 }),
        fc.integer({ min: 4, max: 39 }),
      ),
      channels: fc.oneof(fc.tuple(few, some), fc.tuple(some, few)),
      padding: fc.constantFrom("same", "valid"),
      threads: fc.integer({ min: 1, max: 3 }),
      seed: seeds,
    });
    let [taken, left] = [0, 0];
    fc.assert(
      fc.property(cases, ({ size, channels, padding, threads, seed }) => {
        const g = geometry(size, channels as [number, number], { padding });
        if (!takes(name, g)) {
          left++;
          return;
        }
        taken++;
        check(name, g, threads, seed);
      }),
      { numRuns: 100, seed: 3 },
    );
    expect(taken).toBeGreaterThan(25);
    expect(left).toBeGreaterThan(10);
  });

  it("leaves to others what it cannot do or what would not pay", () => {
    const size = [2, 16, 16] as const;
    expect(takes(name, geometry(size, [3, 16]))).toBe(true);
    expect(takes(name, geometry(size, [3, 16]), exact), "other dtypes").toBe(false);
    expect(takes(name, geometry(size, [4, 16])), "channels enough").toBe(false);
    expect(takes(name, geometry([2, 3, 3], [3, 16])), "small images").toBe(false);
    expect(takes(name, geometry(size, [3, 15], { groups: 3 })), "groups").toBe(false);
    expect(takes(name, geometry(size, [3, 16], { kernel: 5 })), "other kernels").toBe(false);
    expect(takes(name, geometry(size, [3, 16], { stride: 2 })), "strides").toBe(false);
    expect(takes(name, geometry(size, [3, 16], { dilation: 2 })), "dilation").toBe(false);
    expect(takes(name, geometry([0, 16, 16], [3, 16])), "no images").toBe(false);
  });
});
