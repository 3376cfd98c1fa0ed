import fc from "fast-check";
import { expect, it } from "vitest";
import { convGeometry } from "../../../src/geometry.ts";
import { conv2d, conv2dFilter, conv2dInput } from "../../../src/kernels/wasm/lower/direct.ts";
import { viewOf } from "../../../src/view.ts";
import { runLowering } from "../../support/run-wasm.ts";
import { caseOf, small, testConvolutions } from "./conv-cases.ts";

const filters = fc
  .record({
    window: fc.tuple(small, fc.integer({ min: 1, max: 4 })),
    channels: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 11 })),
    groups: fc.constantFrom(1, 1, 2, 3),
  })
  .map(({ window, channels: [inputs, outputs], groups }) => ({
    filter: [...window, inputs, outputs * groups],
    groups,
  }));

/** Sizes at which the kernels work in more than one block, with odd ones in each place. */
const large = [
  caseOf([2, 16, 15, 3], [3, 3, 3, 20]),
  caseOf([1, 9, 9, 130], [3, 3, 130, 9], { threads: 1 }),
  caseOf([1, 14, 14, 64], [1, 1, 64, 33], { stride: 2 }),
  caseOf([3, 14, 13, 16], [1, 1, 16, 12], { threads: 5 }),
  caseOf([1, 33, 33, 8], [5, 4, 8, 16], { stride: 2, padding: "valid" }),
  caseOf([2, 20, 20, 12], [3, 3, 3, 20], { groups: 4, dilation: 2 }),
  caseOf([1, 1, 300, 5], [1, 7, 5, 13], { padding: "valid" }),
  caseOf([1, 12, 12, 700], [1, 1, 700, 8]),
  // Lines so long that fewer positions are worked on at a time, and positions of many images at once.
  caseOf([1, 6, 5, 400], [5, 5, 400, 9], { dilation: 2 }),
  caseOf([70, 3, 2, 3], [3, 3, 3, 10]),
  caseOf([1, 40, 200, 1], [5, 5, 1, 16]),
  caseOf([2, 17, 18, 3], [3, 3, 1, 27], { groups: 3 }),
] as const;

testConvolutions("direct", { conv2d, conv2dInput, conv2dFilter }, filters, large);

it("leaves other dtypes to the reference", () => {
  const g = convGeometry(
    [1, 2, 2, 1],
    [1, 1, 1, 1],
    { strides: [1, 1], padding: "same", dilation: [1, 1] },
    1,
  );
  const view = (size: number) => viewOf(new Float64Array(size), [1, size, size, 1]);
  const [x, filter, out] = [view(2), view(1), view(2)];
  expect(runLowering([x, filter, out], (w) => conv2d(w, x, filter, g, out))).toBe(false);
});
