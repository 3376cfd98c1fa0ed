import { describe, expect, it } from "vitest";
import { allocate, type Cells, type DType, dtypes } from "../../../src/dtype.ts";
import type { BinaryName, UnaryName } from "../../../src/kernels/kernels.ts";
import { reference } from "../../../src/kernels/reference/reference.ts";
import { binary, unary } from "../../../src/kernels/reference/scalar.ts";
import { canFuse, type FusedStep, type Ref } from "../../../src/kernels/wasm/fused/fused.ts";
import { streamFrom } from "../../../src/random.ts";
import { type View, viewOf } from "../../../src/view.ts";
import { runFused } from "./fused-run.ts";

/** Units in the last place by which a function may be off; what is not listed gives the bits of the reference. */
const bounds: Partial<Record<UnaryName | BinaryName, number>> = {
  exp: 1,
  expm1: 1.7,
  log: 0.9,
  log1p: 0.9,
  rsqrt: 1.5,
  sin: 2,
  cos: 2,
  tan: 3.6,
  asin: 3.8,
  acos: 4.2,
  atan: 3,
  sinh: 1.7,
  cosh: 1.5,
  tanh: 2.6,
  erf: 3.3,
  erfc: 5.6,
  sigmoid: 2.4,
  softplus: 2,
  pow: 0.6,
  atan2: 3.2,
};

/** Beyond these sizes of an operand only the size of the result is right. */
const reach: Partial<Record<UnaryName | BinaryName, number>> = { sin: 4e8, cos: 4e8, tan: 4e8 };

const special = [
  ...[0, 1, 0.5, 2, 3, 4, 1e-45, 1e-39, 2 ** -126, 1e-20, 0.1, 0.75, 1 + 2 ** -23, 1 - 2 ** -24],
  ...[Math.PI / 4, Math.PI / 2, Math.PI, 6, 10, 17.5, 87.4, 88.72, 88.73, 89.4, 89.5, 103.9, 104.1],
  ...[
    2 ** 23,
    2 ** 24,
    2 ** 31,
    2 ** 32,
    3 * 2 ** 31,
    1e10,
    3e38,
    3.4028234663852886e38,
    Infinity,
    Number.NaN,
  ],
].flatMap((x) => [x, -x]);

const random = streamFrom("fused functions");
const randomFloats = Float32Array.from({ length: 20_000 }, (_, i) => {
  if (i % 4 === 0) return new Float32Array(Uint32Array.of(random.below(2 ** 32)).buffer)[0]!;
  const sign = random.uniform() < 0.5 ? -1 : 1;
  return sign * (i % 4 === 1 ? random.uniform() * 100 : Math.exp(random.uniform() * 16 - 12));
});

const wholes = [0, 1, -1, 2, -3, 7, 255, 256, 2 ** 24 + 1, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1];

/** Cells of a dtype to try a function of one operand on. */
const samples = (dtype: DType): Cells => {
  if (dtype === "float32") return Float32Array.from([...special, ...randomFloats]);
  return dtype === "int32" ? Int32Array.from(wholes) : Uint8Array.of(0, 1, 1, 0, 1);
};

/** All pairs of some, and random ones. */
const pairs = (dtype: DType): [Cells, Cells] => {
  const few = dtype === "float32" ? Float32Array.from(special) : samples(dtype);
  const more = dtype === "float32" ? randomFloats : few;
  const a = [...few].flatMap((x) => [...few].map(() => x));
  const b = [...few].flatMap(() => [...few]);
  const cells = (values: number[]): Cells => {
    const data = allocate(dtype, values.length);
    data.set(values);
    return data;
  };
  return [cells([...a, ...more]), cells([...b, ...[...more].reverse()])];
};

const run = (step: FusedStep, inputs: readonly View[], dtype: DType): Cells => {
  const shape = inputs[0]!.shape;
  const out = viewOf(allocate(dtype, shape[0]!), shape);
  runFused({ shape, inputs, steps: [step], outputs: [{ value: { step: 0 }, out }] });
  return out.data;
};

const line = (data: Cells): View => viewOf(data, [data.length]);

/** The distance of float32 numbers about x. */
const ulp = (x: number): number =>
  2 ** Math.max(Math.min(Math.floor(Math.log2(Math.abs(x))), 127) - 23, -149);

/** Asserts that results are those of `exact`, computed in float64, within some units in the last place. */
function expectUlps(
  got: Cells,
  exact: (i: number) => number,
  bound: number,
  what: (i: number) => string,
): void {
  let worst = { off: bound, text: "" };
  got.forEach((y, i) => {
    const wanted = exact(i);
    if (Object.is(y, Math.fround(wanted))) return;
    const isPlain = Number.isFinite(y) && Number.isFinite(wanted) && (y !== 0 || Math.fround(wanted) !== 0);
    const off = isPlain ? Math.abs(y - wanted) / ulp(wanted) : Infinity;
    if (off > worst.off || Number.isNaN(off)) {
      worst = { off, text: `${what(i)}: got ${y}, expected ${wanted}, ${off} ulp` };
    }
  });
  expect(worst.text).toBe("");
}

/** A number as cells of a dtype store it; float32 is left to the comparison, which counts units from the exact number. */
const stored = (value: number, dtype: DType): number => {
  if (dtype === "float32") return value;
  const cell = allocate(dtype, 1);
  cell[0] = value;
  return cell[0]!;
};

describe("functions of one operand, against the reference", () => {
  const cases = (Object.keys(unary) as UnaryName[]).flatMap((name) =>
    dtypes.flatMap((dtype) => {
      const result = dtypes.find((to) => canFuse(name, [dtype], to));
      return result === undefined ? [] : [{ name, dtype, result }];
    }),
  );

  it("all functions of float32 are there", () => {
    const missing = Object.keys(unary).filter(
      (name) => !cases.some((one) => one.name === name && one.dtype === "float32"),
    );
    expect(missing).toEqual([]);
  });

  it.each(cases)("$name of $dtype", ({ name, dtype, result }) => {
    const x = samples(dtype);
    const got = run({ kind: "unary", name, x: { input: 0 } }, [line(x)], result);
    const limit = reach[name] ?? Infinity;
    const isNear = (i: number) => !Number.isFinite(x[i]!) || Math.abs(x[i]!) <= limit;
    const exact = (i: number): number => {
      if (!isNear(i)) return got[i]!;
      // JavaScript rounds large products before it takes them modulo 2³².
      return name === "square" && dtype === "int32"
        ? Math.imul(x[i]!, x[i]!)
        : stored(unary[name](x[i]!), result);
    };
    const bound = dtype === "float32" ? (bounds[name] ?? 0.5) : 0;
    expectUlps(got, exact, bound, (i) => `${name}(${x[i]})`);
    const far = got.filter((_, i) => !isNear(i));
    if (name !== "tan") expect(far.every((y) => Math.abs(y) <= 1)).toBe(true);
  });
});

describe("functions of two operands, against the reference", () => {
  const cases = (Object.keys(binary) as BinaryName[]).flatMap((name) =>
    dtypes.flatMap((dtype) => {
      const result = dtypes.find((to) => canFuse(name, [dtype, dtype], to));
      return result === undefined ? [] : [{ name, dtype, result }];
    }),
  );

  it("all functions of float32 but the remainder are there", () => {
    const missing = Object.keys(binary).filter(
      (name) => !cases.some((one) => one.name === name && one.dtype === "float32"),
    );
    expect(missing).toEqual(["mod"]);
  });

  it.each(cases)("$name of $dtype", ({ name, dtype, result }) => {
    const [a, b] = pairs(dtype);
    const got = run({ kind: "binary", name, a: { input: 0 }, b: { input: 1 } }, [line(a), line(b)], result);
    const exact = (i: number): number => {
      if (name === "mul" && dtype === "int32") return Math.imul(a[i]!, b[i]!);
      return stored(binary[name](a[i]!, b[i]!), result);
    };
    const bound = dtype === "float32" ? (bounds[name] ?? 0.5) : 0;
    expectUlps(got, exact, bound, (i) => `${name}(${a[i]}, ${b[i]})`);
  });

  it.each([-2, -1, -0.5, -0, 0, 0.5, 1, 2, 3, 4, 5, 6, 8, 2 ** -126, 2 ** 126, Infinity, Number.NaN])(
    "with the constant %d",
    (constant) => {
      const [x, c] = [samples("float32"), Math.fround(constant)];
      for (const { name, dtype, result } of cases) {
        if (dtype !== "float32") continue;
        const bound = bounds[name] ?? 0.5;
        const [input, number]: [Ref, Ref] = [{ input: 0 }, { constant }];
        const right = run({ kind: "binary", name, a: input, b: number }, [line(x)], result);
        const slack = name === "pow" && c > 2 ? 2 : bound; // powers by products
        expectUlps(
          right,
          (i) => binary[name](x[i]!, c),
          slack,
          (i) => `${name}(${x[i]}, ${c})`,
        );
        const left = run({ kind: "binary", name, a: number, b: input }, [line(x)], result);
        expectUlps(
          left,
          (i) => binary[name](c, x[i]!),
          bound,
          (i) => `${name}(${c}, ${x[i]})`,
        );
      }
    },
  );
});

describe("select and copy, against the reference", () => {
  it.each(dtypes.filter((dtype) => canFuse("select", ["bool", dtype, dtype], dtype)))(
    "select of %s",
    (dtype) => {
      const a = samples(dtype);
      const b = a.slice().reverse();
      const condition = Uint8Array.from(a, (_, i) => (i % 3 ? 1 : 0));
      const step: FusedStep = { kind: "select", condition: { input: 0 }, a: { input: 1 }, b: { input: 2 } };
      const inputs = [line(condition), line(a), line(b)];
      const expected = allocate(dtype, a.length);
      reference.select(inputs[0]!, inputs[1]!, inputs[2]!, line(expected));
      expect(run(step, inputs, dtype)).toEqual(expected);
    },
  );

  const copies = dtypes.flatMap((from) =>
    dtypes.flatMap((to) => (canFuse("copy", [from], to) ? [{ from, to }] : [])),
  );
  it("what can be converted", () => {
    expect(copies.map(({ from, to }) => `${from} to ${to}`)).toEqual([
      ...["bool to bool", "bool to int32", "bool to float32", "int32 to int32", "int32 to float32"],
      ...["float32 to int32", "float32 to float32"],
    ]);
  });
  it.each(copies)("copy of $from to $to", ({ from, to }) => {
    const x = samples(from);
    const expected = allocate(to, x.length);
    reference.copy(line(x), line(expected));
    expect(run({ kind: "copy", x: { input: 0 }, dtype: to }, [line(x)], to)).toEqual(expected);
  });

  it("float64 and mixed dtypes are left to the reference", () => {
    for (const name of [...Object.keys(unary), "copy"] as UnaryName[]) {
      expect(dtypes.some((to) => canFuse(name, ["float64"], to))).toBe(false);
      expect(canFuse(name, ["float32"], "float64")).toBe(false);
    }
    for (const name of Object.keys(binary) as BinaryName[]) {
      expect(dtypes.some((to) => canFuse(name, ["float64", "float64"], to))).toBe(false);
      expect(dtypes.some((to) => canFuse(name, ["float32", "int32"], to))).toBe(false);
    }
    expect(canFuse("select", ["float32", "float32", "float32"], "float32")).toBe(false);
    expect(canFuse("select", ["bool", "float64", "float64"], "float64")).toBe(false);
  });
});
