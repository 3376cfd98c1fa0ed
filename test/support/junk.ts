import fc from "fast-check";
import ndarray from "ndarray";
import { type DType, placeholder, type Tensor, tensor } from "../../src/index.ts";
import type { AnyOp } from "../../src/ops/op.ts";
import { unknown } from "../../src/shape.ts";
import { bools, indices, shapes, spread } from "./cells.ts";
import { casesOf } from "./op-cases.ts";

const dtypes = fc.constantFrom<DType>("float32", "float64", "int32", "bool");

function cellsOf(shape: readonly number[], dtype: DType): Tensor {
  if (dtype === "bool") return bools(shape, 1);
  if (dtype === "int32") return indices(shape, 1, 3);
  return tensor(spread(shape, 1), { dtype });
}

/** Tensors of any dtype and rank up to 5, some of no cells, some symbolic with unknown sizes. */
const tensors = fc
  .tuple(shapes({ maxRank: 5 }), dtypes, fc.constantFrom("real", "real", "real", "symbolic"))
  .map(([shape, dtype, kind]) =>
    kind === "real"
      ? cellsOf(shape, dtype)
      : placeholder(
          shape.map((n, i) => (i === 0 ? unknown : n)),
          dtype,
        ),
  );

/** Numbers from which sizes, axes and counts come out wrong: there are no middling ones that would work for hours. */
const wild = fc.constantFrom(
  -7,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  2 ** 31,
  2 ** 53,
  -(2 ** 40),
  1e300,
);

const numbers = fc.oneof(
  { arbitrary: fc.integer({ min: -2, max: 4 }), weight: 3 },
  { arbitrary: wild, weight: 1 },
);

const lists = fc.array(fc.option(numbers, { freq: 9 }), { maxLength: 5 });

const circular: unknown[] = [];
circular.push(circular);

/** What is no tensor and no option. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    "",
    "text",
    () => 1,
    Symbol("s"),
    10n,
    circular,
    [[1], [2, 3]],
    [[1], 2],
    [1, [2]],
    ["1"],
    [1n],
    [Number.NaN, Number.POSITIVE_INFINITY],
    new BigInt64Array(2),
    new DataView(new ArrayBuffer(8)),
    new Date(0),
    new Map([["axis", 1]]),
    Object.create(null),
    JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}'),
    ndarray([1, "x", 3] as number[]),
    ndarray(new Float32Array(4), [4], [3], 0),
    ndarray(new Float32Array(4), [-1, 2], [1, 1], 0),
    { data: [1], shape: [1], stride: null, offset: 0 },
  ),
  fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true }),
);

/** What may stand for a tensor, or not. */
const operands = fc.oneof(
  { arbitrary: tensors, weight: 6 },
  { arbitrary: lists, weight: 1 },
  { arbitrary: numbers, weight: 1 },
  { arbitrary: fc.boolean(), weight: 1 },
  { arbitrary: junk, weight: 2 },
  {
    arbitrary: fc
      .tuple(shapes({ maxRank: 3 }), dtypes)
      .map(([s, dtype]) => ndarray(cellsOf(s, dtype).toTypedArray(), s)),
    weight: 1,
  },
);

/** What may be the value of an option, or not. */
const values = fc.oneof(
  { arbitrary: numbers, weight: 4 },
  { arbitrary: lists, weight: 4 },
  { arbitrary: fc.array(lists, { maxLength: 4 }), weight: 2 },
  { arbitrary: fc.boolean(), weight: 1 },
  {
    arbitrary: fc.constantFrom(
      "same",
      "VALID",
      "reflect",
      "symmetric",
      "float64",
      "int32",
      "bool",
      "ij,jk->ik",
      "ii->i",
      "->",
      "i->ii",
      "a,,->",
    ),
    weight: 2,
  },
  { arbitrary: junk, weight: 2 },
);

/** The options of an op with any values, some missing, now and then one that it does not have. */
const options = (op: AnyOp): fc.Arbitrary<unknown> => {
  const own = fc.record(Object.fromEntries(Object.keys(op.specs).map((name) => [name, values])), {
    requiredKeys: [],
  });
  return fc.oneof(
    { arbitrary: own, weight: 5 },
    { arbitrary: values, weight: 1 },
    {
      arbitrary: fc.tuple(own, fc.string()).map(([known, name]) => ({ ...known, [name]: 1 })),
      weight: 1,
    },
  );
};

const spreadOut = (op: AnyOp, inputs: readonly unknown[]): unknown[] =>
  op.inputs[0]!.startsWith("...") ? [inputs] : [...inputs];

/** A good case with one input or one option exchanged. */
const almostGood = (op: AnyOp): fc.Arbitrary<unknown[]> => {
  const names = Object.keys(op.specs);
  return fc
    .tuple(casesOf(op), operands, values, fc.nat(), fc.boolean())
    .map(([one, operand, value, at, isInput]) => {
      const inputs: unknown[] = [...one.inputs];
      const attrs: Record<string, unknown> = { ...one.attrs };
      if (isInput || names.length === 0) inputs[at % inputs.length] = operand;
      else attrs[names[at % names.length]!] = value;
      return [...spreadOut(op, inputs), ...(names.length > 0 ? [attrs] : [])];
    });
};

/** Any arguments, too few or too many of them. */
const anything = (op: AnyOp): fc.Arbitrary<unknown[]> =>
  fc
    .tuple(fc.array(operands, { maxLength: 4 }), fc.array(options(op), { maxLength: 2 }), fc.boolean())
    .map(([inputs, rest, right]) => {
      const count = op.inputs[0]!.startsWith("...") ? inputs.length : op.inputs.length;
      const given = right
        ? Array.from({ length: count }, (_, i) => inputs[i % Math.max(inputs.length, 1)] ?? 1)
        : inputs;
      return [...spreadOut(op, given), ...rest];
    });

export const badArguments = (op: AnyOp): fc.Arbitrary<unknown[]> => fc.oneof(almostGood(op), anything(op));
