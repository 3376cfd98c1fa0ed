import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConvGeometry, WindowAxis } from "../../../src/geometry.ts";
import { reference } from "../../../src/kernels/reference/reference.ts";
import type { Lowering, Workshop } from "../../../src/kernels/wasm/instruction.ts";
import { winograd } from "../../../src/kernels/wasm/lower/winograd.ts";
import { streamFrom } from "../../../src/random.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";
import { type View, viewOf } from "../../../src/view.ts";
import { seeds } from "../../support/cells.ts";
import { exact, expectNear, resultOf, zeros } from "./compare.ts";
import { type Name, names, shapesOf } from "./conv-cases.ts";

/**
 * Largest error by largest value. Winograd adds and subtracts cells before it multiplies, so errors are relative to the
 * size of the numbers in a tile and not to that of a result. With N(0, 1) data the transforms lose about three bits;
 * the sums add little to that. Seen: 2e-6.
 */
const tolerance = 4e-6;

/** N(0, 1) numbers by Box and Muller's formula. */
function normal(shape: Shape, seed: number): View {
  const random = streamFrom(String(seed));
  const cell = () =>
    Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  return viewOf(Float32Array.from({ length: sizeOf(shape) }, cell), shape);
}

/** A 3-tap axis with so many cells of padding before and after. */
const axis = (input: number, before: number, after: number): WindowAxis => ({
  ...{ input, output: input + before + after - 2, kernel: 3, stride: 1, dilation: 1, before },
});

type Kernel = (a: View, b: View, g: ConvGeometry, out: View) => void;

function check(name: Name, g: ConvGeometry, threads: number, seed: number, isFixed = false): void {
  const [first, second, result] = shapesOf(name, g);
  const [a, b] = [normal(first, seed), normal(second, seed + 1)];
  const want = zeros(result);
  (reference[name] as Kernel)(exact(a), exact(b), g, want);
  const run = winograd[name] as Lowering<"conv2d">;
  const lower = (workshop: Workshop, out: View) => run(workshop, a, b, g, out);
  const got = resultOf([a, b], result, lower, threads, Float32Array, isFixed);
  const largest = Array.from(want.data, Math.abs).reduce((most, cell) => Math.max(most, cell), 0);
  expectNear(got, want.data, () => tolerance * largest);
}

/** Whether the lowering takes the convolution. */
function takes(name: Name, g: ConvGeometry, change: (view: View) => View = (view) => view): boolean {
  const [a, b, out] = shapesOf(name, g).map((shape) =>
    change(viewOf(new Float32Array(sizeOf(shape)), shape)),
  );
  const scratch = () => ({ data: new Float32Array(0), offset: 0 });
  return (
    (winograd[name] as Lowering<"conv2d">)({ threads: 1, scratch, isFixed: () => false }, a!, b!, g, out!) !==
    undefined
  );
}

const image = (size: number, channels: number): ConvGeometry => ({
  ...{
    batch: 4,
    height: axis(size, 1, 1),
    width: axis(size, 1, 1),
    inputs: channels,
    outputs: channels,
    groups: 1,
  },
});

const geometries: fc.Arbitrary<ConvGeometry> = fc.record({
  batch: fc.integer({ min: 1, max: 5 }),
  height: fc.tuple(fc.integer({ min: 3, max: 19 }), fc.nat(2), fc.nat(2)).map((sizes) => axis(...sizes)),
  width: fc.tuple(fc.integer({ min: 3, max: 44 }), fc.nat(2), fc.nat(2)).map((sizes) => axis(...sizes)),
  inputs: fc.integer({ min: 4, max: 37 }),
  outputs: fc.integer({ min: 4, max: 37 }),
  groups: fc.constant(1),
});

describe.each(names)("Winograd's %s in WebAssembly", (name) => {
  it("images, channels and paddings of all sizes", () => {
    const threads = fc.integer({ min: 1, max: 4 });
    // Small images with a filter that may change are computed in another way.
    const cases = fc.record({ g: geometries, threads, seed: seeds, isFixed: fc.boolean() });
    let taken = 0;
    fc.assert(
      fc.property(cases, ({ g, threads, seed, isFixed }) => {
        if (!takes(name, g)) return;
        taken++;
        check(name, g, threads, seed, isFixed);
      }),
      { numRuns: 90, seed: 5 },
    );
    expect(taken).toBeGreaterThan(30);
  });

  it.each([
    ["several rows of tiles in a block", { ...image(16, 64), outputs: 72 }],
    ["rows in several chunks", { ...image(7, 16), batch: 1, width: axis(270, 1, 1) }],
    ["many images in a block", { ...image(4, 16), batch: 70 }],
    ["many channels", { ...image(8, 130), batch: 1, outputs: 144 }],
  ])("%s", (_, g) => {
    for (const threads of [1, 3]) for (const isFixed of [false, true]) check(name, g, threads, 9, isFixed);
  });

  it("gives the same bits again", () => {
    const g = image(12, 16);
    const [first, second, result] = shapesOf(name, g);
    const [a, b] = [normal(first, 1), normal(second, 2)];
    const run = winograd[name] as Lowering<"conv2d">;
    const once = () => resultOf([a, b], result, (workshop, out) => run(workshop, a, b, g, out), 3);
    expect(once()).toEqual(once());
  });

  it("leaves to others what it cannot do or what would not pay", () => {
    const g = image(16, 16);
    expect(takes(name, g)).toBe(true);
    const wide = (change: Partial<WindowAxis>): ConvGeometry => ({ ...g, width: { ...g.width, ...change } });
    expect(takes(name, wide({ stride: 2, output: 8 })), "strides").toBe(false);
    expect(takes(name, wide({ dilation: 2, output: 14 })), "dilation").toBe(false);
    expect(takes(name, wide({ kernel: 1, before: 0 })), "other kernels").toBe(false);
    expect(takes(name, wide({ before: 3, output: 18 })), "wide padding").toBe(false);
    expect(takes(name, { ...g, groups: 2 }), "groups").toBe(false);
    expect(takes(name, image(16, 3)), "few channels").toBe(false);
    expect(takes(name, image(2, 64)), "small images").toBe(false);
    expect(takes(name, { ...g, batch: 0 }), "no images").toBe(false);
    expect(takes(name, g, exact), "other dtypes").toBe(false);
  });
});
