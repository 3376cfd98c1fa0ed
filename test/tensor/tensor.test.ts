import { inspect } from "node:util";
import fc from "fast-check";
import ndarray from "ndarray";
import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";

describe("making tensors", () => {
  it.each<[string, c.TensorLike, number[], c.DType, unknown]>([
    ["a number", 3, [], "float32", 3],
    ["a boolean", true, [], "bool", true],
    [
      "nested arrays",
      [
        [1, 2],
        [3, 4],
      ],
      [2, 2],
      "float32",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["nested booleans", [[true], [false]], [2, 1], "bool", [[true], [false]]],
    ["an empty array", [], [0], "float32", []],
    ["rows without cells", [[], []], [2, 0], "float32", [[], []]],
    ["a Float64Array", Float64Array.of(0.1), [1], "float64", [0.1]],
    ["a Float32Array", Float32Array.of(0.5), [1], "float32", [0.5]],
    ["an Int32Array", Int32Array.of(-7), [1], "int32", [-7]],
    ["a Uint8Array", Uint8Array.of(200), [1], "int32", [200]],
    [
      "an ndarray",
      ndarray(Float64Array.of(1, 2, 3, 4), [2, 2]),
      [2, 2],
      "float64",
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ])("from %s", (_, value, shape, dtype, expected) => {
    const x = c.tensor(value);
    expect([x.shape, x.dtype, x.toArray()]).toEqual([shape, dtype, expected]);
  });

  it("from ndarray views with any stride, offset and direction", () => {
    const view = fc.record({
      shape: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
      flips: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      turn: fc.boolean(),
      offset: fc.integer({ min: 0, max: 4 }),
    });
    fc.assert(
      fc.property(view, ({ shape, flips, turn, offset }) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const data = Float64Array.from({ length: size + offset }, (_, i) => i * 1.5);
        let nd = ndarray(data, shape, undefined, offset);
        nd = nd.step(...shape.map((_, i) => (flips[i] ? -1 : 1)));
        if (turn) nd = nd.transpose(...shape.map((_, i) => shape.length - 1 - i));
        const x = c.tensor(nd);
        expect(x.shape).toEqual(nd.shape);
        // ndarray's own get is the naive reading.
        const read = (index: number[]): unknown =>
          index.length === nd.shape.length
            ? nd.get(...index)
            : Array.from({ length: nd.shape[index.length]! }, (_, i) => read([...index, i]));
        expect(x.toArray()).toEqual(read([]));
      }),
    );
  });

  it("copies what it is made of, and gives copies back", () => {
    const source = Float32Array.of(1, 2);
    const x = c.tensor(source);
    source[0] = 9;
    x.toTypedArray()[1] = 9;
    x.toNdArray().set(1, 9);
    expect(x.toArray()).toEqual([1, 2]);
  });

  it("takes a shape for flat cells, and a dtype", () => {
    expect(c.tensor([1, 2, 3, 4], { shape: [2, -1] }).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(c.tensor([1, 0], { dtype: "bool" }).toArray()).toEqual([true, false]);
    expect(() => c.tensor([1, 2, 3], { shape: [2, 2] })).toThrow(
      /tensor: \[3\] has 3 cells, which \[2, 2\] cannot hold/,
    );
    expect(() => c.tensor([1], { dtype: "float16" as never })).toThrow(/unknown dtype "float16"; known: /);
  });

  it("makes ranges as numpy does", () => {
    expect(c.arange(-10, 10.2, 0.2).size).toBe(101);
    expect(c.arange(-10, 10.2, 0.2, "float64").data[35]).toBe(-10 + 35 * 0.2);
    expect(c.arange(3, 0, -1).toArray()).toEqual([3, 2, 1]);
    expect(c.arange(0, 0).shape).toEqual([0]);
    expect(c.linspace(0, 1, 5, "float64").toArray()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(c.eye(2).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(() => c.arange(0, 1, 0)).toThrow(/step must not be 0/);
  });

  it("keeps the default float", () => {
    c.setFloatx("float64");
    try {
      expect(c.tensor([0.1]).dtype).toBe("float64");
      expect(c.ones([1]).dtype).toBe("float64");
    } finally {
      c.setFloatx("float32");
    }
    expect(c.tensor([0.1]).dtype).toBe("float32");
  });
});

describe("dtypes of results", () => {
  const [i, f, d, b] = [
    c.tensor([2], { dtype: "int32" }),
    c.tensor([2]),
    c.tensor([2], { dtype: "float64" }),
    c.tensor([true]),
  ];
  it.each<[string, c.Tensor, c.DType]>([
    ["int + int", i.add(i), "int32"],
    ["int + whole number", i.add(3), "int32"],
    ["int + fraction", i.add(0.5), "float32"],
    ["int / int", i.div(i), "float32"],
    ["int + float32", i.add(f), "float32"],
    ["float32 + float64", f.add(d), "float64"],
    ["float64 + number", d.add(0.1), "float64"],
    ["bool + bool", b.add(b), "int32"],
    ["comparison", f.greater(1), "bool"],
    ["exp of int", i.exp(), "float32"],
    ["argmax", f.argmax(), "int32"],
    ["sum of int", i.sum(), "int32"],
    ["mean of int", i.mean(), "float32"],
  ])("%s", (_, y, dtype) => {
    expect(y.dtype).toBe(dtype);
  });

  it("plain numbers do not lose precision against float64", () => {
    expect(d.mul(0.1).item()).toBe(0.2);
  });
});

describe("variables", () => {
  it("take a new value of their shape, as a copy, in their dtype", () => {
    const w = c.variable([1, 2], { name: "w" });
    const source = c.tensor([3, 4], { dtype: "float64" });
    w.assign(source);
    expect([w.dtype, w.toArray(), w.version]).toEqual(["float32", [3, 4], 1]);
    expect(() => w.assign(c.tensor([1, 2, 3]))).toThrow(
      /assign to w: the variable has shape \[2\]; received \[3\]/,
    );
    expect(w.toArray()).toEqual([3, 4]);
  });

  it("are floats if they are trained", () => {
    expect(c.variable([1], { dtype: "int32" }).trainable).toBe(false);
    expect(() => c.variable([1], { dtype: "int32", trainable: true })).toThrow(
      /must be a float; received int32/,
    );
  });
});

describe("printing", () => {
  it("shows dtype, shape and cells, cut as numpy cuts them", () => {
    const shown = [
      c.tensor(0.1),
      c.tensor([1, -2.5, 1e-7, 1 / 3]),
      c.tensor([Number.NaN, Number.POSITIVE_INFINITY, -0]),
      c.tensor(
        [
          [1, 2],
          [30, 4],
        ],
        { dtype: "int32" },
      ),
      c.tensor([[true, false]]),
      c.tensor([[[1, 2]], [[3, 4]]]),
      c.arange(0, 2000),
      c.zeros([40, 40]),
      c.zeros([0]),
      c.zeros([2, 0]),
      c.placeholder([null, 3]),
      c.tensor(1 / 3, { dtype: "float64" }),
    ];
    expect(shown.join("\n")).toMatchInlineSnapshot(`
      "Tensor(float32, []) 0.1
      Tensor(float32, [4]) [1, -2.5, 1e-7, 0.333333]
      Tensor(float32, [3]) [NaN, Infinity, -0]
      Tensor(int32, [2, 2])
      [[ 1,  2],
       [30,  4]]
      Tensor(bool, [1, 2]) [[ true, false]]
      Tensor(float32, [2, 1, 2])
      [[[1, 2]],

       [[3, 4]]]
      Tensor(float32, [2000]) [0, 1, 2, …, 1997, 1998, 1999]
      Tensor(float32, [40, 40])
      [[0, 0, 0, …, 0, 0, 0],
       [0, 0, 0, …, 0, 0, 0],
       [0, 0, 0, …, 0, 0, 0],
       …,
       [0, 0, 0, …, 0, 0, 0],
       [0, 0, 0, …, 0, 0, 0],
       [0, 0, 0, …, 0, 0, 0]]
      Tensor(float32, [0]) []
      Tensor(float32, [2, 0]) []
      Tensor(float32, [None, 3]) symbolic
      Tensor(float64, []) 0.33333333"
    `);
  });

  it("fits into what contains it", () => {
    expect(inspect({ w: c.tensor([1, 2]) })).toBe("{ w: Tensor(float32, [2]) [1, 2] }");
    expect(inspect(c.tensor(3))).toBe("Tensor(float32, []) 3");
  });
});
