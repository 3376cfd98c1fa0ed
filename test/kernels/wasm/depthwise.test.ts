import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convGeometry } from "../../../src/geometry.ts";
import { conv2d, conv2dFilter, conv2dInput } from "../../../src/kernels/wasm/lower/depthwise.ts";
import { runLowering } from "../../support/run-wasm.ts";
import { numbers } from "./compare.ts";
import { caseOf, small, testConvolutions } from "./conv-cases.ts";

const filters = fc
  .record({
    window: fc.tuple(small, fc.integer({ min: 1, max: 5 })),
    channels: fc.integer({ min: 1, max: 9 }),
    multiplier: fc.constantFrom(1, 1, 1, 2, 3, 5),
  })
  .map(({ window, channels, multiplier }) => ({
    filter: [...window, 1, channels * multiplier],
    groups: channels,
  }));

/** Sizes at which the kernels work in more than one block. */
const large = [
  caseOf([2, 32, 31, 24], [3, 3, 1, 24], { groups: 24 }),
  caseOf([3, 29, 30, 22], [5, 5, 1, 22], { groups: 22, stride: 2 }),
  caseOf([4, 40, 40, 10], [3, 3, 1, 30], { groups: 10, threads: 5 }),
  caseOf([2, 30, 30, 16], [3, 3, 1, 16], { groups: 16, padding: "valid", dilation: 2 }),
] as const;

testConvolutions("depthwise", { conv2d, conv2dInput, conv2dFilter }, filters, large);

describe("depthwise convolutions in WebAssembly", () => {
  it("leave other groups to other kernels", () => {
    const window = { strides: [1, 1], padding: "same", dilation: [1, 1] } as const;
    const [x, filter, out] = [numbers([1, 2, 2, 4], 1), numbers([1, 1, 2, 4], 2), numbers([1, 2, 2, 4], 3)];
    const g = convGeometry(x.shape, filter.shape, window, 2);
    expect(runLowering([x, filter, out], (w) => conv2d(w, x, filter, g, out))).toBe(false);
    expect(runLowering([out, filter, x], (w) => conv2dInput(w, out, filter, g, x))).toBe(false);
    expect(runLowering([x, out, filter], (w) => conv2dFilter(w, x, out, g, filter))).toBe(false);
    const [one, spread] = [numbers([1, 2, 2, 1], 4), numbers([1, 1, 1, 8], 5)];
    const many = numbers([1, 2, 2, 8], 6);
    const single = convGeometry(one.shape, spread.shape, window, 1);
    expect(runLowering([one, spread, many], (w) => conv2d(w, one, spread, single, many))).toBe(false);
  });
});
