import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import { messageOf } from "../support/message.ts";

describe("values that are none", () => {
  const nd = (
    shape: unknown,
    stride: unknown,
    offset: unknown,
    data: unknown = Float32Array.of(1, 2, 3, 4),
  ) => ({ data, shape, stride, offset }) as never;

  it("are refused with what was expected and where", () => {
    const circular: c.NestedArray[] = [];
    circular.push(circular);
    const deep = (levels: number): c.NestedArray => (levels === 1 ? [1] : [deep(levels - 1)]);
    expect(c.tensor(deep(32)).rank).toBe(32);
    const said = [
      () => c.tensor(undefined as never),
      () => c.tensor("1" as never),
      () => c.tensor(10n as never),
      () => c.tensor({ axis: 1 } as never),
      () => c.tensor(BigInt64Array.of(1n) as never),
      () => c.tensor([1, [2]]),
      () => c.tensor([[1, 2], [3]]),
      () => c.tensor([[1, 2], 3]),
      () => c.tensor([[1], ["2"]] as never),
      () => c.tensor(new Array(2)),
      () => c.tensor(deep(33)),
      () => c.tensor(circular),
      () => c.tensor([0.5], { dtype: "int32" }),
      () => c.tensor([2 ** 31], { dtype: "int32" }),
      () => c.tensor(Uint32Array.of(2 ** 31)),
      () => c.tensor([2], { dtype: "bool" }),
      () => c.tensor([1], { shape: 3 as never }),
      () => c.tensor([1], { shape: ["1"] as never }),
      () => c.tensor([1], { shape: new Array(40).fill(1) }),
      () => c.tensor([1], { dtyp: "int32" } as never),
      () => c.tensor([1], "int32" as never),
      () => c.tensor(nd([2], [1], 3)),
      () => c.tensor(nd([2, -1], [1, 1], 0)),
      () => c.tensor(nd([2], [1, 1], 0)),
      () => c.tensor(nd([2], null, 0)),
      () => c.tensor(nd([1], [1], 0, null)),
      () => c.tensor(nd([1], [1], 0, ["1"])),
      () => c.tensor(nd([2 ** 40], [0], 0)),
    ].map(messageOf);
    expect(said.join("\n")).toMatchInlineSnapshot(`
      "tensor: expected a tensor, number, nested array, typed array or ndarray; received undefined
      tensor: expected a tensor, number, nested array, typed array or ndarray; received "1"
      tensor: expected a tensor, number, nested array, typed array or ndarray; received 10n
      tensor: expected a tensor, number, nested array, typed array or ndarray; received { axis }
      tensor: expected a tensor, number, nested array, typed array or ndarray; received a BigInt64Array
      tensor: expected numbers; received [2] at [1]
      tensor: expected nested arrays of equal lengths, shape [2, 2]; received 1 items at [1]
      tensor: expected nested arrays of equal lengths, shape [2, 2]; received 3 at [1]
      tensor: expected numbers; received "2" at [1][0]
      tensor: expected numbers; received undefined at [0]
      tensor: expected arrays nested at most 32 deep
      tensor: expected arrays nested at most 32 deep
      tensor: a cell of int32 must be a whole number within ±2³¹; received 0.5 in cell 0
      tensor: a cell of int32 must be a whole number within ±2³¹; received 2147483648 in cell 0
      tensor: a cell of int32 must be a whole number within ±2³¹; received 2147483648 in cell 0
      tensor: a cell of bool must be true or false; received 2 in cell 0
      tensor: shape must be an array of whole numbers; received 3
      tensor: shape [1] must hold whole sizes ≥ 0 and at most one -1
      tensor: 40 axes are too many: a tensor has at most 32
      tensor: unknown option "dtyp"; known: dtype, shape
      tensor: expected options { dtype, shape }; received "int32"
      tensor: the ndarray has no number at 4 of its data: undefined
      tensor: the ndarray's shape [2, -1], stride [1, 1] and offset 0 do not fit
      tensor: the ndarray's shape [2], stride [1, 1] and offset 0 do not fit
      tensor: the ndarray's shape [2], stride null and offset 0 do not fit
      tensor: the ndarray has no number at 0 of its data: undefined
      tensor: the ndarray has no number at 0 of its data: "1"
      tensor: shape [1099511627776] is too large: a tensor holds at most 268435456 cells (2²⁸)"
    `);
  });

  it("also by what makes tensors from nothing", () => {
    const said = [
      () => c.zeros(3 as never),
      () => c.zeros([2, -1]),
      () => c.zeros([2 ** 20, 2 ** 20]),
      () => c.ones([1], "float16" as never),
      () => c.full([2], "1" as never),
      () => c.full([2], Number.NaN, "int32"),
      () => c.eye(1.5),
      () => c.arange(0, Infinity),
      () => c.arange(0, 1e12),
      () => c.arange(0, 1, 0.3, "int32"),
      () => c.linspace(0, 1, 2.5),
      () => c.linspace(Number.NaN, 1, 2),
      () => c.placeholder("3" as never),
      () => c.placeholder([1], "float" as never),
      () => c.randomUniform([1], { min: 1, max: 0 }),
      () => c.randomUniform([1], { low: 0 } as never),
      () => c.randomUniform([1], { dtype: "int32" }),
      () => c.randomNormal([1], { std: -1 }),
      () => c.randomNormal([null]),
      () => c.randomInt([1], 0, 2 ** 40),
      () => c.setFloatx("int32" as never),
      () => c.tensor([1, 2]).item(),
      () => c.placeholder([2]).item(),
      () => c.placeholder([2]).square().toArray(),
    ].map(messageOf);
    expect(said.join("\n")).toMatchInlineSnapshot(`
      "zeros: expected a shape, an array of whole sizes ≥ 0; received 3
      zeros: expected a shape, an array of whole sizes ≥ 0; received [2, -1]
      zeros: shape [1048576, 1048576] is too large: a tensor holds at most 268435456 cells (2²⁸)
      ones: unknown dtype "float16"; known: bool, int32, float32, float64
      full: the value must be a number; received "1"
      full: a cell of int32 must be a whole number within ±2³¹; received NaN in cell 0
      eye: expected a shape, an array of whole sizes ≥ 0; received [1.5, 1.5]
      arange: stop must be a finite number; received Infinity
      arange: shape [1000000000000] is too large: a tensor holds at most 268435456 cells (2²⁸)
      arange: a cell of int32 must be a whole number within ±2³¹; received 0.3 in cell 1
      linspace: expected a shape, an array of whole sizes ≥ 0; received [2.5]
      linspace: start must be a finite number; received NaN
      placeholder: expected a shape, an array of whole sizes ≥ 0; received "3"
      placeholder: unknown dtype "float"; known: bool, int32, float32, float64
      randomUniform: min must be ≤ max; received 1 and 0
      randomUniform: unknown option "low"; known: max, min, dtype, stream
      randomUniform: dtype must be a float; received int32. Whole numbers: randomInt.
      randomNormal: std must be ≥ 0; received -1
      randomNormal: expected a shape, an array of whole sizes ≥ 0; received [null]
      randomInt: expected whole numbers min < max within ±2³¹; received 0 and 1099511627776
      setFloatx: expected "float32" or "float64"; received "int32"
      item: expected a tensor of one cell; received shape [2]
      this tensor [2] is symbolic: it has a shape but no values yet. Call the function on real tensors to get values.
      this tensor [2] is symbolic (made by square): it has a shape but no values yet. Call the function on real tensors to get values."
    `);
  });
});
