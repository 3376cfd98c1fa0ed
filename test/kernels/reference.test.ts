import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dtypes } from "../../src/dtype.ts";
import type { BinaryName } from "../../src/kernels/kernels.ts";
import { reference } from "../../src/kernels/reference/reference.ts";
import { binary } from "../../src/kernels/reference/scalar.ts";
import { streamFrom } from "../../src/random.ts";
import { type Shape, sizeOf, stridesOf } from "../../src/shape.ts";
import { type View, viewOf } from "../../src/view.ts";
import { randomView } from "./wasm/fused-cases.ts";

/** The cells in row-major order, one index after another. */
const cellsOf = ({ data, shape, stride, offset }: View): number[] =>
  Array.from({ length: sizeOf(shape) }, (_, cell) => {
    const index = stridesOf(shape).map((step, axis) => Math.floor(cell / step) % shape[axis]!);
    return data[index.reduce((at, i, axis) => at + i * stride[axis]!, offset)]!;
  });

const names = Object.keys(binary) as BinaryName[];
const shapes: readonly Shape[] = [[], [1], [5], [3, 4], [1, 4], [2, 1, 3], [2, 3, 2], [2, 0]];
const cases = fc.record({
  random: fc.integer({ min: 0, max: 1e9 }).map((seed) => streamFrom(String(seed))),
  shape: fc.constantFrom(...shapes),
  dtype: fc.constantFrom(...dtypes),
});

describe("reference kernels on views in order, stretched, transposed, with gaps", () => {
  it.each(names)("%s", (name) => {
    fc.assert(
      fc.property(cases, ({ random, shape, dtype }) => {
        const [a, b] = [randomView(random, shape, dtype), randomView(random, shape, dtype)];
        const out = viewOf(new Float64Array(sizeOf(shape)), shape);
        reference.binary(name, a, b, out);
        const [left, right] = [cellsOf(a), cellsOf(b)];
        expect([...out.data]).toEqual(left.map((x, i) => binary[name](x, right[i]!)));
      }),
    );
  });

  it("select", () => {
    fc.assert(
      fc.property(cases, ({ random, shape, dtype }) => {
        const condition = randomView(random, shape, "bool");
        const [a, b] = [randomView(random, shape, dtype), randomView(random, shape, dtype)];
        const out = viewOf(new Float64Array(sizeOf(shape)), shape);
        reference.select(condition, a, b, out);
        const [left, right] = [cellsOf(a), cellsOf(b)];
        expect([...out.data]).toEqual(cellsOf(condition).map((yes, i) => (yes ? left[i] : right[i])));
      }),
    );
  });
});
