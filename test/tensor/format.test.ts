import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import { formatCell } from "../../src/tensor/format.ts";

const print = (...tensors: c.Tensor[]): string => tensors.join("\n");
const nan = Number.NaN;

describe("a tensor as text", () => {
  it("has dtype, shape and cells", () => {
    expect(
      print(
        c.tensor(0.1),
        c.tensor(true),
        c.tensor([1, -2.5, 1e-7, 1 / 3]),
        c.tensor([nan, Infinity, -Infinity, -0]),
        c.tensor([
          [1, 2],
          [30, 4],
        ]),
        c.tensor([[true, false]]),
        c.tensor([[[1, 2]], [[3, 4]]]),
        c.tensor([-3], { dtype: "int32" }),
        c.tensor(1 / 3, { dtype: "float64" }),
        c.variable([1], { name: "w" }).mul(2),
      ),
    ).toMatchInlineSnapshot(`
      "Tensor(float32, []) 0.1
      Tensor(bool, []) true
      Tensor(float32, [4]) [1, -2.5, 1e-7, 0.333333]
      Tensor(float32, [4]) [NaN, Infinity, -Infinity, -0]
      Tensor(float32, [2, 2])
      [[ 1,  2],
       [30,  4]]
      Tensor(bool, [1, 2]) [[ true, false]]
      Tensor(float32, [2, 1, 2])
      [[[1, 2]],

       [[3, 4]]]
      Tensor(int32, [1]) [-3]
      Tensor(float64, []) 0.33333333
      Tensor(float32, [1]) [2]"
    `);
  });

  it("is short where there are no cells, however many rows", () => {
    expect(print(c.zeros([0]), c.zeros([2, 0]), c.zeros([100_000, 0, 3]))).toMatchInlineSnapshot(`
      "Tensor(float32, [0]) []
      Tensor(float32, [2, 0]) []
      Tensor(float32, [100000, 0, 3]) []"
    `);
  });

  it("says of a symbolic one what made it", () => {
    const x = c.placeholder([null, 3]);
    expect(print(x, x.sum({ axis: 1 }))).toMatchInlineSnapshot(`
      "Tensor(float32, [None, 3]) symbolic
      Tensor(float32, [None]) symbolic, made by sum"
    `);
  });

  it("is cut above 1000 cells, along the axes of more than 6", () => {
    expect(
      print(c.arange(0, 2000), c.zeros([40, 40]), c.zeros([2, 600]), c.zeros([7, 1, 200], "int32")),
    ).toMatchInlineSnapshot(`
      "Tensor(float32, [2000]) [0, 1, 2, …, 1997, 1998, 1999]
      Tensor(float32, [40, 40])
      [[0, 0, 0, …, 0, 0, 0],
       [0, 0, 0, …, 0, 0, 0],
       [0, 0, 0, …, 0, 0, 0],
       …,
       [0, 0, 0, …, 0, 0, 0],
       [0, 0, 0, …, 0, 0, 0],
       [0, 0, 0, …, 0, 0, 0]]
      Tensor(float32, [2, 600])
      [[0, 0, 0, …, 0, 0, 0],
       [0, 0, 0, …, 0, 0, 0]]
      Tensor(int32, [7, 1, 200])
      [[[0, 0, 0, …, 0, 0, 0]],

       [[0, 0, 0, …, 0, 0, 0]],

       [[0, 0, 0, …, 0, 0, 0]],

       …,

       [[0, 0, 0, …, 0, 0, 0]],

       [[0, 0, 0, …, 0, 0, 0]],

       [[0, 0, 0, …, 0, 0, 0]]]"
    `);
  });

  it("is whole up to 1000 cells, in lines of at most 75 characters, aligned", () => {
    const text = String(c.arange(0, 1000, 1, "int32"));
    const lines = text.split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(75);
    expect(text.match(/\d+/g)?.slice(2).map(Number)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(lines.slice(0, 3).join("\n")).toMatchInlineSnapshot(`
      "Tensor(int32, [1000])
      [  0,   1,   2,   3,   4,   5,   6,   7,   8,   9,  10,  11,  12,  13,
        14,  15,  16,  17,  18,  19,  20,  21,  22,  23,  24,  25,  26,  27,"
    `);
    expect(print(c.arange(0, 1, 0.05), c.arange(40, 80, 1, "int32").reshape([2, 20]))).toMatchInlineSnapshot(`
      "Tensor(float32, [20])
      [   0, 0.05,  0.1, 0.15,  0.2, 0.25,  0.3, 0.35,  0.4, 0.45,  0.5, 0.55,
        0.6, 0.65,  0.7, 0.75,  0.8, 0.85,  0.9, 0.95]
      Tensor(int32, [2, 20])
      [[40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57,
        58, 59],
       [60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77,
        78, 79]]"
    `);
  });
});

describe("a cell as text", () => {
  it.each<[number, c.DType, string]>([
    [Math.fround(0.1), "float32", "0.1"],
    [0.1, "float64", "0.1"],
    [Math.fround(1 / 3), "float32", "0.333333"],
    [1 / 3, "float64", "0.33333333"],
    [Math.fround(1e-10), "float32", "1e-10"],
    [Math.fround(1e20), "float32", "100000000000000000000"],
    [Math.fround(3.4e38), "float32", "3.4e+38"],
    [Math.fround(123456789), "float32", "123456790"],
    [2 ** 24, "float32", "16777216"],
    [2 ** 40, "float64", "1099511627776"],
    [-(2 ** 31), "int32", "-2147483648"],
    [-0, "float32", "-0"],
    [1, "bool", "true"],
    [0, "bool", "false"],
  ])("%d in %s is %s", (value, dtype, text) => {
    expect(formatCell(value, dtype)).toBe(text);
  });
});

describe("in Node's REPL and console.log", () => {
  const matrix = c.tensor([
    [1, 2],
    [3, 4],
  ]);

  it("a tensor is its text", () => {
    expect(inspect(matrix)).toBe(String(matrix));
  });

  it("fits into what contains it", () => {
    expect(inspect({ w: c.tensor([1, 2]) })).toBe("{ w: Tensor(float32, [2]) [1, 2] }");
    expect(inspect({ layer: { kernel: matrix, bias: c.tensor([0]) } })).toMatchInlineSnapshot(`
      "{
        layer: {
          kernel: Tensor(float32, [2, 2])
          [[1, 2],
           [3, 4]],
          bias: Tensor(float32, [1]) [0]
        }
      }"
    `);
  });

  it("is short where it lies too deep", () => {
    expect(inspect([[[[matrix]]]])).toBe("[ [ [ [Array] ] ] ]");
    expect(inspect([[[matrix]]])).toBe("[ [ [ [Tensor float32 [2, 2]] ] ] ]");
  });
});
