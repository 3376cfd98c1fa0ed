import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import { spread } from "../support/cells.ts";

const { concat, split } = c;

describe("split", () => {
  const cut = fc.record({
    sizes: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
    shape: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
    axis: fc.nat(2),
    fromEnd: fc.boolean(),
  });

  it("is undone by concat, whatever the sizes and the axis", () => {
    fc.assert(
      fc.property(cut, ({ sizes, shape, axis, fromEnd }) => {
        const at = axis % shape.length;
        const total = sizes.reduce((a, b) => a + b, 0);
        const x = spread(
          shape.map((n, i) => (i === at ? total : n)),
          1,
        );
        const given = fromEnd ? at - shape.length : at;
        const parts = split(x, sizes, { axis: given });
        expect(parts.map((part) => part.shape[at])).toEqual(sizes);
        const whole = concat(parts, at);
        expect([whole.shape, whole.data]).toEqual([x.shape, x.data]);
      }),
    );
  });

  it("cuts into equal parts, along the first axis unless said; the axis may stand alone", () => {
    const x = [
      [1, 2],
      [3, 4],
    ];
    const list = (parts: c.Tensor[]) => parts.map((part) => part.toArray());
    expect(list(split(x, 2))).toEqual([[[1, 2]], [[3, 4]]]);
    expect(list(split(x, 2, 1))).toEqual([
      [[1], [3]],
      [[2], [4]],
    ]);
    expect(list(split(x, 1))).toEqual([x]);
    expect(split(c.zeros([0, 2]), 3).map((part) => part.shape)).toEqual([
      [0, 2],
      [0, 2],
      [0, 2],
    ]);
  });

  it("keeps the dtype", () => {
    expect(split([true, false], 2).map((part) => part.toArray())).toEqual([[true], [false]]);
    expect(split(Int32Array.of(1, 2), 2).map((part) => part.dtype)).toEqual(["int32", "int32"]);
  });

  it("sends the gradient of each part to where it came from", () => {
    const x = c.variable([1, 2, 3, 4, 5]);
    const [head, , tail] = split(x, [2, 1, 2]);
    head!.mul([10, 20]).sum().add(tail!.square().sum()).backward();
    expect(x.grad?.toArray()).toEqual([10, 20, 0, 8, 10]);
  });

  it("works on symbolic tensors where the size is known", () => {
    const images = c.placeholder([null, 6]);
    expect(split(images, 3, { axis: 1 }).map((part) => [part.shape, part.symbolic])).toEqual(
      [0, 1, 2].map(() => [[Number.NaN, 2], true]),
    );
    expect(() => split(images, 2)).toThrow("split: axis 0 of NaN cells does not divide into 2 parts");
  });

  it.each<[string, () => unknown, string]>([
    ["a remainder", () => split([1, 2, 3], 2), "split: axis 0 of 3 cells does not divide into 2 parts"],
    ["no part", () => split([1, 2], 0), "split: axis 0 of 2 cells does not divide into 0 parts"],
    ["half a part", () => split([1, 2], 0.5), "split: axis 0 of 2 cells does not divide into 0.5 parts"],
    [
      "as many parts as no machine holds",
      () => split(c.zeros([0]), 1e9),
      "split: axis 0 of 0 cells does not divide into 1000000000 parts",
    ],
    ["sizes for less", () => split([1, 2], [1]), "split: axis 0 of 2 cells does not divide into [1] parts"],
    [
      "a negative size",
      () => split([1, 2], [3, -1]),
      "split: axis 0 of 2 cells does not divide into [3, -1] parts",
    ],
    [
      "sizes that are no numbers",
      () => split([1, 2], ["1", "1"] as never),
      'split: axis 0 of 2 cells does not divide into ["1", "1"] parts',
    ],
    ["a scalar", () => split(3, 1), "split: axis 0 was given, but a scalar has no axes"],
    [
      "an unknown option",
      () => split([1], 1, { axes: 0 } as never),
      'split: unknown option "axes"; known: axis',
    ],
    [
      "no tensor",
      () => split(null as never, 1),
      "split: tensor: expected a tensor, number, nested array, typed array or ndarray; received null",
    ],
  ])("refuses %s", (_, run, message) => {
    expect(run).toThrow(new c.ChainruleError(message));
  });
});
