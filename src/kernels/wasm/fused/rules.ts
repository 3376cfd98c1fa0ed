import type { DType } from "../../../dtype.ts";
import type { BinaryName, UnaryName } from "../../kernels.ts";
import { erf, erfc } from "./error.ts";
import * as e from "./exponential.ts";
import { pow } from "./power.ts";
import * as t from "./trigonometric.ts";
import { bits, f32, i32, type One, type Two, type Vector } from "./vector.ts";

/** What a function is for each dtype that its operands may have; a bool is a mask. */
type Rules<F> = Partial<Record<DType, F>>;

const { zero, one, infinity } = e;
const noInt = i32.of(0);

/** What is 0, negative or positive gives −1, 0 or 1. */
const sign: One = (x) => bits.select(f32.gt(f32.abs(x), zero), e.signed(one, x), x);
const always: One = () => i32.of(-1);

const unary: Record<UnaryName, Rules<One>> = {
  neg: { float32: f32.neg, int32: i32.neg },
  abs: { float32: f32.abs, int32: i32.abs },
  sign: { float32: sign, int32: (x) => i32.max(i32.min(x, i32.of(1)), i32.of(-1)) },
  floor: { float32: f32.floor, int32: (x) => x },
  square: { float32: (x) => f32.mul(x, x), int32: (x) => i32.mul(x, x) },
  reciprocal: { float32: (x) => f32.div(one, x) },
  exp: { float32: e.exp },
  expm1: { float32: e.expm1 },
  log: { float32: e.log },
  log1p: { float32: e.log1p },
  sqrt: { float32: f32.sqrt },
  rsqrt: { float32: (x) => f32.div(one, f32.sqrt(x)) },
  sin: { float32: t.sin },
  cos: { float32: t.cos },
  tan: { float32: t.tan },
  asin: { float32: t.asin },
  acos: { float32: t.acos },
  atan: { float32: t.atan },
  sinh: { float32: e.sinh },
  cosh: { float32: e.cosh },
  tanh: { float32: e.tanh },
  erf: { float32: erf },
  erfc: { float32: erfc },
  sigmoid: { float32: e.sigmoid },
  softplus: { float32: e.softplus },
  logicalNot: { float32: (x) => f32.eq(x, zero), int32: (x) => bits.not(truth(x, "int32")), bool: bits.not },
  isFinite: { float32: (x) => f32.lt(f32.abs(x), infinity), int32: always, bool: always },
};

// Math.max and Math.min give NaN for NaN, and take −0 for less than 0. With a constant `pmax` and `pmin` do so too, but for
// one of the zeros; they are one instruction where `max` and `min` are seven.
const extreme =
  (general: Two, ofConstant: Two): Two =>
  (a, b) => {
    const isNumber = ({ constant = Number.NaN }: Vector): boolean => !Number.isNaN(constant);
    if (isNumber(b)) return ofConstant(a, b);
    return isNumber(a) ? ofConstant(b, a) : general(a, b);
  };
// Adding 0 makes 0 of −0.
const maximum = extreme(f32.max, (x, c) => {
  const larger = f32.pmax(x, c);
  return Object.is(c.constant, 0) ? f32.add(larger, c) : larger;
});
const minimum = extreme(f32.min, (x, c) => (Object.is(c.constant, -0) ? f32.min(x, c) : f32.pmin(x, c)));

/** A power of 2 has an exact reciprocal, and a product is faster than a quotient. */
const divide: Two = (a, b) => {
  const exponent = Math.log2(Math.abs(b.constant ?? Number.NaN));
  const isExact = Number.isInteger(exponent) && Math.abs(exponent) < 126;
  return isExact ? f32.mul(a, f32.of(1 / b.constant!)) : f32.div(a, b);
};

const ofTruths = (f: Two): Rules<Two> => ({
  float32: (a, b) => f(truth(a, "float32"), truth(b, "float32")),
  int32: (a, b) => f(truth(a, "int32"), truth(b, "int32")),
  bool: f,
});

const binary: Record<BinaryName, Rules<Two>> = {
  add: { float32: f32.add, int32: i32.add },
  sub: { float32: f32.sub, int32: i32.sub },
  mul: { float32: f32.mul, int32: i32.mul },
  div: { float32: divide },
  pow: { float32: pow },
  maximum: { float32: maximum, int32: i32.max, bool: bits.or },
  minimum: { float32: minimum, int32: i32.min, bool: bits.and },
  mod: {},
  atan2: { float32: t.atan2 },
  equal: { float32: f32.eq, int32: i32.eq, bool: i32.eq },
  notEqual: { float32: f32.ne, int32: i32.ne, bool: bits.xor },
  less: { float32: f32.lt, int32: i32.lt, bool: i32.gt },
  lessEqual: { float32: f32.le, int32: i32.le, bool: i32.ge },
  greater: { float32: f32.gt, int32: i32.gt, bool: i32.lt },
  greaterEqual: { float32: f32.ge, int32: i32.ge, bool: i32.le },
  logicalAnd: ofTruths(bits.and),
  logicalOr: ofTruths(bits.or),
};

const predicates: ReadonlySet<string> = new Set<UnaryName | BinaryName>([
  "logicalNot",
  "isFinite",
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
  "logicalAnd",
  "logicalOr",
]);

/** The mask of what is not 0. */
function truth(x: Vector, dtype: DType): Vector {
  if (x.mask !== undefined || dtype === "bool") return x.mask ?? x;
  return dtype === "float32" ? f32.ne(x, zero) : i32.ne(x, noInt);
}

/** Whole numbers modulo 2³², as JavaScript stores them: x less the nearest multiple, which is exact; NaN and ±∞ give 0. */
function toInt(x: Vector): Vector {
  const turns = f32.nearest(f32.mul(x, f32.of(2 ** -32)));
  const rest = f32.sub(x, f32.mul(turns, f32.of(2 ** 32)));
  // 2³¹ itself comes out as 2³¹ − 1: one more makes it −2³¹.
  return i32.sub(i32.truncate(rest), f32.eq(rest, f32.of(2 ** 31)));
}

const number = (mask: Vector, one: Vector): Vector => ({ ...bits.and(mask, one), mask });

/** Conversions; one to bool asks whether a number is not 0, which no plain copy does. */
const conversions: Partial<Record<DType, Rules<One>>> = {
  float32: { float32: (x) => x, int32: toInt },
  int32: {
    int32: (x) => x,
    float32: (x) => (x.mask === undefined ? f32.fromInt(x) : number(x.mask, one)),
  },
  bool: { bool: (x) => x, int32: (x) => number(x, i32.of(1)), float32: (x) => number(x, one) },
};

export const constantOf = (value: number, dtype: DType): Vector =>
  dtype === "float32" ? f32.of(value) : i32.of(dtype === "bool" ? -Number(value !== 0) : value);

export const convert = (x: Vector, from: DType, to: DType): Vector => conversions[from]![to]!(x);

export const canConvert = (from: DType, to: DType): boolean => conversions[from]?.[to] !== undefined;

export const isPredicate = (name: string): boolean => predicates.has(name);

export const unaryRule = (name: UnaryName, dtype: DType): One | undefined => unary[name][dtype];

export const binaryRule = (name: BinaryName, dtype: DType): Two | undefined => binary[name][dtype];
