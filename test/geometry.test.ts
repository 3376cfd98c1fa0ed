import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  convGeometry,
  outputShape,
  type Padding,
  poolGeometry,
  transposedSize,
  windowAxis,
} from "../src/geometry.ts";
import { tapsAt } from "../src/kernels/reference/conv.ts";
import { unknown } from "../src/shape.ts";

const axis = fc.record({
  input: fc.integer({ min: 0, max: 12 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 4 }),
  dilation: fc.integer({ min: 1, max: 3 }),
});

/** Where a window of that reach starts if it has to stay within `length` cells. */
function starts(length: number, reach: number, stride: number): number[] {
  const found: number[] = [];
  for (let at = 0; at + reach <= length; at += stride) found.push(at);
  return found;
}

describe("a window along one axis", () => {
  it("valid: the positions where the whole window lies in the image", () => {
    fc.assert(
      fc.property(axis, ({ input, kernel, stride, dilation }) => {
        const reach = (kernel - 1) * dilation + 1;
        const { output, before } = windowAxis(input, kernel, stride, dilation, "valid");
        expect(output).toBe(starts(input, reach, stride).length);
        expect(before).toBe(0);
      }),
    );
  });

  it("same: ⌈n / s⌉ positions, with the least padding, the odd cell of it behind", () => {
    fc.assert(
      fc.property(axis, ({ input, kernel, stride, dilation }) => {
        const reach = (kernel - 1) * dilation + 1;
        const { output, before } = windowAxis(input, kernel, stride, dilation, "same");
        expect(output).toBe(Math.ceil(input / stride));
        fc.pre(output > 0);
        let pad = 0;
        while (starts(input + pad, reach, stride).length < output) pad++;
        expect(before).toBe(Math.floor(pad / 2));
      }),
    );
  });

  it("reads the real cells among those that its taps point to", () => {
    fc.assert(
      fc.property(axis, fc.constantFrom<Padding>("same", "valid"), (sizes, padding) => {
        const { input, kernel, stride, dilation } = sizes;
        const window = windowAxis(input, kernel, stride, dilation, padding);
        for (let position = 0; position < window.output; position++) {
          const { start, first, end } = tapsAt(window, position);
          const read = Array.from({ length: Math.max(end - first, 0) }, (_, i) => first + i);
          const real = Array.from({ length: kernel }, (_, tap) => tap).filter((tap) => {
            const cell = position * stride - window.before + tap * dilation;
            return cell >= 0 && cell < input;
          });
          expect(read).toEqual(real);
          expect(start).toBe(position * stride - window.before);
        }
      }),
    );
  });

  it("transposed: the size whose convolution gives back what it was made of", () => {
    fc.assert(
      fc.property(axis, fc.constantFrom<Padding>("same", "valid"), (sizes, padding) => {
        const { input, kernel, stride, dilation } = sizes;
        fc.pre(input > 0);
        const size = transposedSize(input, kernel, stride, dilation, padding);
        expect(windowAxis(size, kernel, stride, dilation, padding).output).toBe(input);
      }),
    );
  });

  it("is unknown where the image is", () => {
    expect(windowAxis(unknown, 3, 2, 1, "same").output).toBeNaN();
    expect(windowAxis(unknown, 3, 2, 1, "valid").output).toBeNaN();
  });
});

describe("a convolution", () => {
  const window = { strides: [2, 1], padding: "same", dilation: [1, 1] } as const;

  it("has the sizes of its images and its filter", () => {
    const g = convGeometry([5, 9, 8, 6], [3, 2, 3, 4], window, 2);
    expect(outputShape(g)).toEqual([5, 5, 8, 4]);
    expect([g.inputs, g.outputs, g.groups, g.height.kernel, g.width.kernel]).toEqual([6, 4, 2, 3, 2]);
    expect(outputShape(convGeometry([unknown, 9, 8, 6], [3, 2, 6, 4], window, 1))).toEqual([
      unknown,
      5,
      8,
      4,
    ]);
  });

  it.each<[string, number[], number[], number, RegExp]>([
    ["other channels", [1, 4, 4, 3], [3, 3, 4, 8], 1, /expects 4 input channels; the images have 3$/],
    [
      "other channels in groups",
      [1, 4, 4, 3],
      [3, 3, 2, 8],
      2,
      /expects 4 input channels \(2 groups of 2\); the images have 3$/,
    ],
    ["outputs that groups cannot share", [1, 4, 4, 4], [3, 3, 2, 5], 2, /5 output .* into 2 groups/],
    ["a filter without taps", [1, 4, 4, 3], [0, 3, 3, 8], 1, /at least one tap/],
    ["no images", [4, 4, 3], [3, 3, 3, 8], 1, /expected images \[batch.*got rank 3/],
    ["no filter", [1, 4, 4, 3], [3, 3], 1, /expected a filter \[kh.*got rank 2/],
  ])("refuses %s", (_, x, filter, groups, message) => {
    expect(() => convGeometry(x, filter, window, groups)).toThrow(message);
  });

  it("pooling asks for images too", () => {
    const pool = { kernel: [2, 2], strides: [2, 2], padding: "valid", dilation: [1, 1] } as const;
    expect(poolGeometry([2, 5, 4, 3], pool)).toMatchObject({
      batch: 2,
      channels: 3,
      height: { output: 2 },
      width: { output: 2 },
    });
    expect(() => poolGeometry([4, 4], pool)).toThrow(/expected images/);
  });
});
