import { describe, expect, it } from "vitest";
import {
  add,
  type DType,
  div,
  full,
  logicalNot,
  setFloatx,
  type TensorLike,
  where,
} from "../../src/index.ts";

const of = (dtype: DType) => full([2], 1, dtype);

describe("the dtype of a result", () => {
  it.each<[string, TensorLike, TensorLike, DType]>([
    ["floats of one dtype", of("float64"), of("float64"), "float64"],
    ["two floats", of("float32"), of("float64"), "float64"],
    ["a float and a whole number", of("float32"), of("int32"), "float32"],
    ["whole numbers", of("int32"), of("int32"), "int32"],
    ["bools", of("bool"), of("bool"), "int32"],
    ["a float and a plain number", of("float64"), 0.1, "float64"],
    ["a plain number and a float", 0.1, of("float32"), "float32"],
    ["a float and a plain bool", of("float64"), true, "float64"],
    ["whole numbers and a plain one", of("int32"), 2, "int32"],
    ["whole numbers and a plain fraction", of("int32"), 0.5, "float32"],
    ["plain numbers", 1, 2, "float32"],
    ["a float and a list", of("float64"), [1, 2], "float64"],
  ])("%s", (_, a, b, dtype) => {
    expect(add(a, b).dtype).toBe(dtype);
  });

  it("takes a plain number beside a float with all the digits of its dtype", () => {
    expect(add(full([], 0, "float64"), 0.1).item()).toBe(0.1);
    expect(add(full([], 0, "float32"), 0.1).item()).toBe(Math.fround(0.1));
  });

  it("is floatx where whole numbers are divided", () => {
    setFloatx("float64");
    try {
      expect(div(of("int32"), 2).dtype).toBe("float64");
    } finally {
      setFloatx("float32");
    }
  });

  it("leaves conditions out", () => {
    expect(where(logicalNot(of("bool")), of("float64"), 0).dtype).toBe("float64");
    expect(where(of("int32"), of("float64"), 0).dtype).toBe("float64");
    expect(() => where(of("float32"), 1, 0)).toThrow("condition must be bool");
  });
});
