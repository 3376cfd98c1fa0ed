import fc from "fast-check";
import ndarray from "ndarray";
import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import { bools, indices, seeds, shapes } from "../support/cells.ts";
import { messageOf } from "../support/message.ts";

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

  it("from ndarray views with any stride, offset, direction and order of axes", () => {
    const view = fc
      .record({
        whole: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
        seed: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        offset: fc.nat(4),
      })
      .map(({ whole, seed, offset }) => {
        const size = whole.reduce((a, b) => a * b, 1);
        const data = Float64Array.from({ length: size + offset }, (_, i) => i * 1.5);
        const low = whole.map((n, i) => seed[i]! % (n + 1));
        const steps = whole.map((_, i) => [1, 2, -1, -2][seed[i + 4]! % 4]!);
        const order = whole.map((_, i) => i).sort((a, b) => seed[a + 8]! - seed[b + 8]!);
        const all = ndarray(data, whole, undefined, offset);
        return whole.length === 0
          ? all
          : all
              .lo(...low)
              .step(...steps)
              .transpose(...order);
      });
    fc.assert(
      fc.property(view, (nd) => {
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

  it("gives back what it was made of, in every form", () => {
    const some = fc.tuple(shapes(), fc.constantFrom<c.DType>("float32", "float64", "int32", "bool"), seeds);
    fc.assert(
      fc.property(some, ([shape, dtype, seed]) => {
        const x = dtype === "bool" ? bools(shape, seed) : c.cast(indices(shape, seed, 100), dtype);
        const same = [
          c.tensor(x),
          c.tensor(x.toTypedArray(), { shape, dtype }),
          c.tensor(x.toNdArray(), { dtype }),
          // Nested arrays do not tell what is behind an axis of no cells.
          ...(x.size > 0 ? [c.tensor(x.toArray() as c.NestedArray, { dtype })] : []),
        ];
        for (const y of same) expect([y.shape, y.dtype, y.data]).toEqual([x.shape, x.dtype, x.data]);
        if (x.size === 1) expect(x.item()).toBe(x.data[0]);
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
    ["int32 below 5", i.less(5), "bool"],
    ["relu of int", i.relu(), "int32"],
    ["int clipped", i.clip({ max: 1 }), "int32"],
    ["int clipped at a fraction", i.clip({ max: 1.5 }), "float32"],
    ["bool + whole number", b.add(1), "int32"],
    ["bool + fraction", b.add(0.5), "float32"],
    ["sum of bool", b.sum(), "int32"],
    ["bool in another shape", b.reshape([1, 1]), "bool"],
    ["a part of bool", b.slice({ end: [1] }), "bool"],
    ["bools together", c.concat([b, [false]]), "bool"],
    ["bool beside int", c.concat([b, i]), "int32"],
    ["bool beside a whole number", c.concat([b, [5]]), "int32"],
    ["bool picked by index", b.gather([0]), "bool"],
    ["padded bool", b.pad([[1, 0]]), "bool"],
    ["bool or bool", c.where(b, b, false), "bool"],
    ["bool or number", c.where(b, b, 0.5), "float32"],
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
    const source = Float64Array.of(3, 0.1);
    w.assign(source);
    source[0] = 9;
    expect([w.dtype, w.toArray(), w.version]).toEqual(["float32", [3, Math.fround(0.1)], 1]);
    w.assign(w.mul(2));
    expect([w.toArray(), w.version]).toEqual([[6, Math.fround(0.2)], 2]);
  });

  it("stay as they are when the new value does not fit", () => {
    const w = c.variable([1, 2], { name: "w" });
    const n = c.variable(3, { dtype: "int32" });
    const said = [
      () => w.assign([1, 2, 3]),
      () => w.assign(5),
      () => w.assign(null as never),
      () => w.assign(c.placeholder([2])),
      () => n.assign(0.5),
      () => n.assign(Number.NaN),
    ].map(messageOf);
    expect(said.join("\n")).toMatchInlineSnapshot(`
      "assign to w: the variable has shape [2]; received [3]
      assign to w: the variable has shape [2]; received []
      assign to w: expected a tensor, number, nested array, typed array or ndarray; received null
      assign to w: this tensor [2] is symbolic: it has a shape but no values yet. Call the function on real tensors to get values.
      assign: a cell of int32 must be a whole number within ±2³¹; received 0.5 in cell 0
      assign: a cell of int32 must be a whole number within ±2³¹; received NaN in cell 0"
    `);
    expect([w.toArray(), w.version, n.item(), n.version]).toEqual([[1, 2], 0, 3, 0]);
  });

  it("are floats if they are trained", () => {
    expect(c.variable([1], { dtype: "int32" }).trainable).toBe(false);
    expect(() => c.variable([1], { dtype: "int32", trainable: true })).toThrow(
      /must be a float; received int32/,
    );
  });
});
