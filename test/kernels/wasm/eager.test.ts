import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { allocate, type Cells, type DType, dtypeOf, dtypes } from "../../../src/dtype.ts";
import { compile, type Tensor, variable } from "../../../src/index.ts";
import type { BinaryName, Kernels, UnaryName } from "../../../src/kernels/kernels.ts";
import { reference } from "../../../src/kernels/reference/reference.ts";
import { binary, unary } from "../../../src/kernels/reference/scalar.ts";
import { wasm } from "../../../src/kernels/wasm/eager.ts";
import { canFuse } from "../../../src/kernels/wasm/fused/fused.ts";
import { runtime } from "../../../src/kernels/wasm/runtime/runtime.ts";
import { type Stream, streamFrom } from "../../../src/random.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";
import { type View, viewOf } from "../../../src/view.ts";
import { randomView } from "./fused-cases.ts";

afterEach(() => vi.restoreAllMocks());

/** The threshold from both sides, one axis and several, and nothing at all. */
const shapes: readonly Shape[] = [
  [8191],
  [8192],
  [8193],
  [64, 128],
  [127, 64],
  [3, 1, 43, 67],
  [2, 2, 1, 2049],
  [100, 0, 90],
];

const fresh = (dtype: DType, shape: Shape): View => viewOf(allocate(dtype, sizeOf(shape)).fill(1), shape);

/** fused-functions.test.ts has the bounds of each function; here it is enough that it was the right one of the right cells. */
function expectSame(got: Cells, wanted: Cells): void {
  const isExact = !(wanted instanceof Float32Array);
  const at = wanted.findIndex((y, i) => {
    const x = got[i]!;
    if (Object.is(x, y)) return false;
    return isExact || !(Math.abs(x - y) <= 1e-6 * Math.abs(y) || Math.abs(x - y) < 1e-37);
  });
  expect(at < 0 ? "" : `cell ${at}: got ${got[at]}, expected ${wanted[at]}`).toBe("");
}

/** Runs a call on both kernels. */
function compare<K extends keyof Kernels>(
  name: K,
  args: readonly unknown[],
  dtype: DType,
  shape: Shape,
): void {
  const [got, wanted] = [fresh(dtype, shape), fresh(dtype, shape)];
  (wasm[name] as (...args: readonly unknown[]) => void)(...args, got);
  (reference[name] as (...args: readonly unknown[]) => void)(...args, wanted);
  expectSame(got.data, wanted.data);
}

const pick = <T>(random: Stream, items: readonly T[]): T => items[random.below(items.length)]!;
const seeds = fc.integer({ min: 0, max: 1e9 }).map((seed) => streamFrom(String(seed)));
const check = (test: (random: Stream, shape: Shape) => void) =>
  fc.assert(fc.property(seeds, fc.constantFrom(...shapes), test), { numRuns: 100 });

/** Cells of any dtype; float64 is never fused. */
const view = (random: Stream, shape: Shape, dtype: DType): View => {
  const made = randomView(random, shape, dtype === "float64" ? "float32" : dtype);
  if (dtype === "float64") return { ...made, data: Float64Array.from(made.data) };
  return made;
};

/** Beyond 4·10⁸ only the size of a sine is right. */
const tame = (made: View): View => ({ ...made, data: made.data.map((x) => (Math.abs(x) > 4e8 ? 7 : x)) });

const resultOf = (name: Parameters<typeof canFuse>[0], dtype: DType, count: number): DType =>
  dtypes.find((result) => canFuse(name, new Array<DType>(count).fill(dtype), result)) ?? dtype;

describe("large eager kernels give what the reference gives", () => {
  it("unary", () => {
    check((random, shape) => {
      const name = pick(random, Object.keys(unary) as UnaryName[]);
      const dtype = pick(random, dtypes);
      // JavaScript rounds large products before it takes them modulo 2³².
      if (name === "square" && dtype === "int32") return;
      const result = resultOf(name, dtype, 1);
      compare("unary", [name, tame(view(random, shape, dtype))], result, shape);
    });
  });

  it("binary", () => {
    check((random, shape) => {
      const name = pick(random, Object.keys(binary) as BinaryName[]);
      const dtype = pick(random, dtypes);
      if (name === "mul" && dtype === "int32") return;
      const [a, b] = [view(random, shape, dtype), view(random, shape, dtype)];
      compare("binary", [name, a, random.below(4) ? b : a], resultOf(name, dtype, 2), shape);
    });
  });

  it("select", () => {
    check((random, shape) => {
      const dtype = pick(random, dtypes);
      const args = [view(random, shape, "bool"), view(random, shape, dtype), view(random, shape, dtype)];
      compare("select", args, dtype, shape);
    });
  });

  it("copy", () => {
    check((random, shape) => {
      const from = pick(random, dtypes);
      const to = pick(random, dtypes);
      compare("copy", [view(random, shape, from)], to, shape);
    });
  });

  it("products of whole numbers are exact modulo 2³²", () => {
    const x = Int32Array.from({ length: 9000 }, (_, i) => i * 1_234_567);
    const out = fresh("int32", [9000]);
    wasm.binary("mul", viewOf(x, [9000]), viewOf(x, [9000]), out);
    expectSame(
      out.data,
      x.map((n) => Math.imul(n, n)),
    );
  });

  it("on the cells of its own operand", () => {
    const x = Float32Array.from({ length: 9000 }, (_, i) => i % 3);
    const out = fresh("bool", [9000]);
    wasm.unary("logicalNot", viewOf(x, [9000]), out);
    wasm.unary("logicalNot", out, out);
    expectSame(
      out.data,
      Uint8Array.from(x, (n) => Number(n !== 0)),
    );
  });

  it("copies to a part of the result leave the rest alone", () => {
    const x = fresh("int32", [100, 100]);
    const out = viewOf(new Float32Array(20_000).fill(7), [100, 200]);
    wasm.copy(x, { ...out, shape: [100, 100], offset: 100 });
    expect(out.data.slice(98, 102)).toEqual(Float32Array.of(7, 7, 1, 1));
  });
});

describe("the way to WebAssembly and back", () => {
  const line = (count: number): View =>
    viewOf(
      Float32Array.from({ length: count }, (_, i) => Math.sqrt(i)),
      [count],
    );

  it("is taken by large calls only", () => {
    const program = vi.spyOn(runtime(), "program");
    const taken = (count: number) => {
      program.mockClear();
      wasm.unary("neg", line(count), fresh("float32", [count]));
      return program.mock.calls.length;
    };
    expect([taken(1), taken(8191), taken(8192), taken(100_000)]).toEqual([0, 0, 1, 1]);
  });

  it("is not taken where cells are only moved, or few of many are read", () => {
    const program = vi.spyOn(runtime(), "program");
    wasm.copy(line(9000), fresh("float32", [9000]));
    wasm.copy({ ...line(90_000), shape: [9000], stride: [2] }, fresh("float32", [9000]));
    expect(program).not.toHaveBeenCalled();
    wasm.copy({ ...line(9000), shape: [90, 100], stride: [1, 90] }, fresh("float32", [90, 100]));
    expect(program).toHaveBeenCalledTimes(1);
  });

  it("makes code once, gives all memory back, and copies an operand once", () => {
    const machine = runtime();
    const x = line(20_000);
    wasm.binary("atan2", x, x, fresh("float32", [20_000]));
    const allocate = vi.spyOn(machine, "allocate");
    const free = vi.spyOn(machine, "free");
    const load = vi.spyOn(machine, "load");
    wasm.binary("atan2", x, x, fresh("float32", [20_000]));
    expect(load).not.toHaveBeenCalled();
    expect(allocate).toHaveBeenCalledTimes(2);
    const addresses = allocate.mock.results.map(({ value }) => Number(value));
    expect(free.mock.calls.map(([address]) => address).sort()).toEqual(addresses.sort());
  });

  it("ends with an error, and gives all memory back, where a kernel fails", () => {
    const machine = runtime();
    const allocate = vi.spyOn(machine, "allocate");
    const free = vi.spyOn(machine, "free");
    vi.spyOn(machine, "program").mockImplementation(() => {
      throw new Error("no");
    });
    expect(() => wasm.unary("exp", line(9000), fresh("float32", [9000]))).toThrow("no");
    expect(free).toHaveBeenCalledTimes(allocate.mock.calls.length);
  });

  it("leaves variables that are there where they are", () => {
    const w = variable(new Float32Array(20_000).fill(3));
    const twice = compile((x: Tensor) => x.mul(w));
    twice(new Float32Array(20_000).fill(2));
    expect(runtime().addressOf(w.data)).toBeDefined();
    const allocate = vi.spyOn(runtime(), "allocate");
    expect(w.square().data.every((y) => y === 9)).toBe(true);
    expect(allocate).toHaveBeenCalledTimes(1);
    expect(dtypeOf(w.data)).toBe("float32");
    expect(w.data.every((y) => y === 3)).toBe(true);
  });
});
